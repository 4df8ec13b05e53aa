#include "web/html.h"

#include <fmt/format.h>

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

std::string path_part(std::string_view any) {
  std::string part;
  for (const char c : any) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
    part += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return part;
}

}  // namespace oxbow::web
