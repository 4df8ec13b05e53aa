#include "opam/printer.h"

#include <algorithm>
#include <deque>

#include "opam/layout.h"

namespace oxbow::opam {
namespace {

bool has_newline(std::string_view text) { return text.find('\n') != std::string_view::npos; }

// Only backslashes and quotes are escaped; within three quotes only the quotes that would end
// the string.
std::string escaped(std::string_view text, bool triple) {
  std::string result;
  result.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool last = i + 1 == text.size();
    const bool before_two_quotes = text.substr(i + 1, 2) == "\"\"";
    if (text[i] == '\\' || (text[i] == '"' && (!triple || last || before_two_quotes))) {
      result.push_back('\\');
    }
    result.push_back(text[i]);
  }
  return result;
}

std::string quoted(std::string_view text) {
  if (!has_newline(text)) return '"' + escaped(text, false) + '"';
  return (text.front() == '\n' ? R"(""")" : "\"\"\"\\\n") + escaped(text, true) + R"(""")";
}

class Printer {
 public:
  void items(const Item* first) {
    layout_.open(BoxKind::vertical);
    for (const Item* at = first; at != nullptr; at = at->next) {
      if (at != first) layout_.line_break(0);
      item(*at);
    }
    layout_.close();
  }

  void value(const Node& node) {
    switch (node.kind) {
      case NodeKind::boolean:
      case NodeKind::integer:
      case NodeKind::ident: layout_.text(node.text); break;
      case NodeKind::string: layout_.text(keep(quoted(node.text))); break;
      case NodeKind::relop:
      case NodeKind::env_binding: binary(node, BoxKind::horizontal); break;
      case NodeKind::logop: binary(node, BoxKind::consistent); break;
      case NodeKind::prefix_relop:
        layout_.open(BoxKind::horizontal);
        layout_.text(text(node.op));
        layout_.line_break(1);
        value(*node.child);
        layout_.close();
        break;
      case NodeKind::pfxop:
        layout_.open(BoxKind::horizontal);
        layout_.text(text(node.op));
        value(*node.child);
        layout_.close();
        break;
      case NodeKind::list:
        layout_.open(BoxKind::consistent);
        list(node, BoxKind::consistent);
        layout_.close();
        break;
      case NodeKind::group:
        layout_.open(BoxKind::consistent);
        layout_.text("(");
        values(node.child);
        layout_.text(")");
        layout_.close();
        break;
      case NodeKind::option: option(node); break;
    }
  }

  std::string take() { return layout_.take(); }

 private:
  void binary(const Node& node, BoxKind box) {
    layout_.open(box);
    value(*node.child);
    layout_.text(" ");
    layout_.text(text(node.op));
    layout_.line_break(1);
    value(*node.child->next);
    layout_.close();
  }

  void option(const Node& node) {
    layout_.open(BoxKind::fitting, 2);
    value(*node.child);
    layout_.line_break(1);
    layout_.text("{");
    layout_.open(BoxKind::consistent);
    values(node.child->next);
    layout_.close();
    layout_.text("}");
    layout_.close();
  }

  void list(const Node& node, BoxKind inner) {
    layout_.text("[");
    layout_.line_break(0, 2);
    layout_.open(inner);
    values(node.child);
    layout_.close();
    layout_.line_break(0);
    layout_.text("]");
  }

  void values(const Node* first) {
    for (const Node* at = first; at != nullptr; at = at->next) {
      if (at != first) layout_.line_break(1);
      value(*at);
    }
  }

  void item(const Item& item) {
    if (item.is_section) {
      section(item);
    } else if (item.value->is(NodeKind::list)) {
      list_item(item);
    } else if (item.value->is(NodeKind::string) && has_newline(item.value->text)) {
      layout_.open(BoxKind::fitting);
      layout_.text(item.name);
      layout_.text(": ");
      value(*item.value);
      layout_.close();
    } else {
      layout_.open(BoxKind::fitting, 2);
      layout_.text(item.name);
      layout_.text(":");
      layout_.line_break(1);
      value(*item.value);
      layout_.close();
    }
  }

  void list_item(const Item& item) {
    const Node* const first = item.value->child;
    const bool holds_one_empty_list = first != nullptr && first->next == nullptr &&
                                      first->is(NodeKind::list) && first->child == nullptr;
    if (first == nullptr || holds_one_empty_list) return;
    const auto elements = children(*item.value);
    const bool one_per_line =
        std::any_of(elements.begin(), elements.end(), [](const Node& element) {
          return element.is(NodeKind::list) ||
                 (element.is(NodeKind::option) && element.child->next != nullptr);
        });
    const BoxKind box = one_per_line ? BoxKind::vertical : BoxKind::consistent;
    layout_.open(box);
    layout_.text(item.name);
    layout_.text(": ");
    list(*item.value, box);
    layout_.close();
  }

  void section(const Item& section) {
    layout_.open(BoxKind::vertical);
    layout_.text(section.name);
    layout_.text(" ");
    if (section.has_title) {
      layout_.text(keep('"' + escaped(section.title, false) + '"'));
      layout_.text(" ");
    }
    layout_.text("{");
    layout_.line_break(0, 2);
    items(section.child);
    layout_.line_break(0);
    layout_.text("}");
    layout_.close();
  }

  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  Layout layout_;
  std::deque<std::string> kept_;
};

}  // namespace

std::string print_items(const Item* first) {
  Printer printer;
  printer.items(first);
  return printer.take();
}

std::string print_value(const Node& value) {
  Printer printer;
  printer.value(value);
  return printer.take();
}

}  // namespace oxbow::opam
