#include "web/page.h"

namespace oxbow::web {

std::string_view style_sheet() {
  return R"css(:root{color-scheme:light dark;--line:#8884;--dim:#8889}
body{margin:0;font:16px/1.5 system-ui,sans-serif}
header{padding:.6rem 1rem;border-bottom:1px solid var(--line);font-weight:600}
main{max-width:78rem;margin:0 auto;padding:0 1rem 3rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
a{color:light-dark(#0757b8,#7db7ff)}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;min-width:100%}
th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td{overflow-wrap:anywhere;min-width:3rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:var(--dim)}dd{margin:0}
pre{overflow-x:auto;padding:.8rem;border:1px solid var(--line);font-size:.85rem;white-space:pre-wrap;overflow-wrap:anywhere}
.state{font-size:.85rem;border:1px solid var(--line);border-radius:.6rem;padding:0 .5rem}
.good{color:light-dark(#1a6b2d,#6fd28a)}
.bad{color:light-dark(#b3261e,#ff8f86)}
.dim{color:var(--dim)}
summary{cursor:pointer}
)css";
}

std::string_view live_script() {
  return R"js("use strict";
const log = document.getElementById("log");
let next = Number(log.dataset.next);
async function look() {
  try {
    const answer = await fetch(location.pathname + "?from=" + next);
    if (answer.ok) {
      const piece = await answer.text();
      next = Number(answer.headers.get("X-Next") || next);
      const follows = window.innerHeight + window.scrollY > document.body.scrollHeight - 80;
      if (piece) log.append(piece);
      if (piece && follows) window.scrollTo(0, document.body.scrollHeight);
      if (answer.headers.get("X-Finished") === "1") { location.reload(); return; }
    }
  } catch (trouble) { /* the next look may do better */ }
  setTimeout(look, 1500);
}
setTimeout(look, 500);
)js";
}

}  // namespace oxbow::web
