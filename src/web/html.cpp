#include "web/html.h"

#include <algorithm>

#include "base/untrusted.h"

namespace oxbow::web {

Html escaped(std::string_view text) {
  Html html;
  for (const char c : text) {
    switch (c) {
      case '<': html.text_ += "&lt;"; break;
      case '>': html.text_ += "&gt;"; break;
      case '&': html.text_ += "&amp;"; break;
      case '"': html.text_ += "&quot;"; break;
      case '\'': html.text_ += "&#39;"; break;
      default: html.text_ += c;
    }
  }
  return html;
}

Html text(std::string_view any) { return escaped(printable(any)); }

Html lines(std::string_view any) {
  Html html;
  while (!any.empty()) {
    const std::size_t end = std::min(any.find('\n'), any.size());
    html += text(any.substr(0, end));
    html += "\n";
    any.remove_prefix(std::min(end + 1, any.size()));
  }
  return html;
}

Html link(std::string_view address, const Html& content) {
  const bool is_safe = address.starts_with('/') || address.starts_with('?') ||
                       address.starts_with("https://") || address.starts_with("http://");
  if (!is_safe) return content;
  return Html("<a href=\"") + text(address) + "\">" + content + "</a>";
}

}  // namespace oxbow::web
