#include "opam/definition.h"

#include <algorithm>
#include <map>
#include <utility>

#include "opam/normal_form.h"
#include "opam/outline.h"
#include "opam/parser.h"
#include "opam/version.h"

namespace oxbow::opam {
namespace {

constexpr std::array<std::string_view, field_count> field_names = {
    "depends", "depopts",   "conflicts", "conflict-class", "available", "flags",
    "setenv",  "build",     "run-test",  "install",        "remove",    "substs",
    "patches", "build-env", "features",  "extra-files",    "build-doc"};

// What opam knows and no build sees; `errors` has no word about these.
constexpr std::array<std::string_view, 27> other_fields = {
    "opam-version",  "name",          "version",     "synopsis",        "description",
    "maintainer",    "authors",       "author",      "license",         "tags",
    "homepage",      "doc",           "bug-reports", "messages",        "post-messages",
    "depexts",       "libraries",     "syntax",      "dev-repo",        "pin-depends",
    "build-test",    "ocaml-version", "os",          "configure-style", "descr",
    "extra-sources", "signature"};

template <typename Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_empty_list(const Node& value) {
  return (value.is(NodeKind::list) || value.is(NodeKind::group)) && value.child == nullptr;
}

// MAJOR.MINOR of a format version.
std::string_view without_patch(std::string_view version) {
  const std::size_t dot = version.find('.');
  return dot == std::string_view::npos ? version : version.substr(0, version.find('.', dot + 1));
}

}  // namespace

std::string_view name(Field field) { return field_names[static_cast<std::size_t>(field)]; }

/// DefinitionReader fills one definition in: fields in opam's order, whatever the file's, the
/// first of two with the same name counting, and what is wrong being ignored and noted.
class DefinitionReader {
 public:
  explicit DefinitionReader(Definition& definition)
      : definition_(&definition), make_(definition.arena_) {}

  std::optional<SyntaxError> read() {
    if (auto error = read_items(definition_->source_)) return error;
    note_unknown();
    for (std::size_t i = 0; i < field_count; ++i) read_field(static_cast<Field>(i));
    read_tags();
    read_deprecated_extra_sources();
    read_url();
    read_extra_sources();
    return std::nullopt;
  }

  std::optional<SyntaxError> read_outline(std::string_view source) {
    if (auto error = read_items(source)) return error;
    for (const Field field : Outline::fields) read_field(field);
    read_field(Field::flags);
    read_tags();
    read_url();
    return std::nullopt;
  }

 private:
  std::optional<SyntaxError> read_items(std::string_view source) {
    const auto items = parse_items(source, definition_->arena_);
    if (!items) return items.error();
    definition_->items_ = *items;
    if (auto error = check_format_version()) return error;
    return read_path_rewrite();
  }

  const Item* find(std::string_view name) const {
    for (const Item& item : siblings(definition_->items_)) {
      if (!item.is_section && item.name == name) return &item;
    }
    return nullptr;
  }

  std::optional<SyntaxError> check_format_version() const {
    const Item* const item = find("opam-version");
    if (item == nullptr) return SyntaxError{0, "opam-version: is missing; it should be \"2.0\""};
    const bool known = item->value->is(NodeKind::string) &&
                       compare_versions(without_patch(item->value->text), "2.0") <= 0;
    if (!known) return SyntaxError{item->offset, "opam-version: should be \"2.0\" or older"};
    for (const Item& other : siblings(item->next)) {
      if (other.name == "opam-version") {
        return SyntaxError{other.offset, "opam-version: stands here a second time"};
      }
    }
    return std::nullopt;
  }

  std::optional<SyntaxError> read_path_rewrite() {
    const Item* const item = find("x-env-path-rewrite");
    if (item == nullptr) return std::nullopt;
    if (!NormalForm(definition_->arena_).is_path_rewrite(*item->value)) {
      return SyntaxError{item->offset,
                         "x-env-path-rewrite: expected [VARIABLE false] or "
                         "[VARIABLE \":\" or \";\" \"target\", \"host\" or either -quoted]"};
    }
    definition_->path_rewrite_ = item->value;
    return std::nullopt;
  }

  void note(std::string_view field, std::size_t offset, std::string message) {
    definition_->errors_.push_back({std::string(field), offset, std::move(message)});
  }

  void note_unknown() {
    std::vector<std::string_view> seen;
    for (const Item& item : siblings(definition_->items_)) {
      if (item.name.starts_with("x-") && !item.is_section) continue;
      if (item.is_section) {
        if (item.name != "url" && item.name != "extra-source") {
          note(item.name, item.offset, "opam knows no such section");
        }
        continue;
      }
      if (!contains(field_names, item.name) && !contains(other_fields, item.name)) {
        note(item.name, item.offset, "opam knows no such field");
      } else if (contains(seen, item.name)) {
        note(item.name, item.offset, "this field was there before; opam ignores this one");
      } else {
        seen.push_back(item.name);
      }
    }
  }

  void set(Field field, const Node* value) {
    definition_->fields_[static_cast<std::size_t>(field)] =
        value == nullptr || is_empty_list(*value) ? nullptr : value;
  }

  // Calls `read` with a fresh normal form on the value of the field; notes why opam ignores it.
  template <typename Read>
  const Node* normalised(std::string_view field, const Read& read) {
    const Item* const item = find(field);
    if (item == nullptr) return nullptr;
    NormalForm form(definition_->arena_);
    const Node* const value = read(form, *item->value);
    if (form.error()) note(field, form.error()->offset, form.error()->message);
    return form.error() ? nullptr : value;
  }

  void read_field(Field field) {
    const std::string_view key = name(field);
    switch (field) {
      case Field::depends:
        set(field, normalised(key, [](NormalForm& form, const Node& value) {
              return form.package_formula(value, NormalForm::Join::conj);
            }));
        break;
      case Field::depopts: set(field, simple(key, &NormalForm::optional_packages)); break;
      case Field::conflicts: set(field, simple(key, &NormalForm::conflicts)); break;
      case Field::conflict_class: set(field, simple(key, &NormalForm::names)); break;
      case Field::available: read_available(); break;
      case Field::flags: read_flags(simple(key, &NormalForm::idents)); break;
      case Field::setenv:
      case Field::build_env: set(field, simple(key, &NormalForm::environment)); break;
      case Field::run_test: read_run_test(); break;
      case Field::build:
      case Field::install:
      case Field::remove:
      case Field::build_doc: set(field, simple(key, &NormalForm::commands)); break;
      case Field::substs: set(field, simple(key, &NormalForm::strings)); break;
      case Field::patches: set(field, simple(key, &NormalForm::filtered_strings)); break;
      case Field::features: set(field, simple(key, &NormalForm::features)); break;
      case Field::extra_files: set(field, simple(key, &NormalForm::checked_files)); break;
    }
  }

  using Normaliser = const Node* (NormalForm::*)(const Node&);

  const Node* simple(std::string_view field, Normaliser normaliser) {
    return normalised(field, [normaliser](NormalForm& form, const Node& value) {
      return (form.*normaliser)(value);
    });
  }

  // The deprecated fields about the compiler and the system stand in front of `available`.
  void read_available() {
    const Node* available = simple("available", &NormalForm::filter_field);
    if (available != nullptr && is_empty_list(*available)) available = nullptr;
    for (const auto& [field, normaliser] : {std::pair<std::string_view, Normaliser>{
                                                "ocaml-version", &NormalForm::ocaml_version_filter},
                                            {"os", &NormalForm::os_filter}}) {
      const Node* const condition = simple(field, normaliser);
      if (condition == nullptr) continue;
      const Node* const joined =
          available == nullptr
              ? condition
              : make_.branch(NodeKind::logop, Op::conj, condition->offset, {condition, available});
      available = NormalForm(definition_->arena_).filter_field(*joined);
    }
    set(Field::available, available);
  }

  void read_flags(const Node* flags) {
    if (flags == nullptr) return;
    for (const Node& flag : children(*flags)) add_flag(flag.text);
  }

  void add_flag(std::string_view flag) {
    if (flag == "avoid-version") definition_->avoid_version_ = true;
    if (flag == "plugin") set(Field::flags, make_.leaf(NodeKind::ident, "plugin", 0));
  }

  // A tag "flags:NAME" is a flag, for files older than the field.
  void read_tags() {
    const Node* const tags = simple("tags", &NormalForm::strings);
    if (tags == nullptr) return;
    const auto add = [&](const Node& tag) {
      if (tag.text.starts_with("flags:")) add_flag(tag.text.substr(6));
    };
    if (tags->is(NodeKind::list)) {
      for (const Node& tag : children(*tags)) add(tag);
    } else {
      add(*tags);
    }
  }

  // The deprecated build-test: runs before run-test.
  void read_run_test() {
    const Node* const tests = simple("run-test", &NormalForm::commands);
    const Node* const old_tests = simple("build-test", &NormalForm::commands);
    if (old_tests == nullptr) return set(Field::run_test, tests);
    if (tests == nullptr) return set(Field::run_test, old_tests);
    NormalForm form(definition_->arena_);
    set(Field::run_test, form.all_commands(*find("build-test")->value, *find("run-test")->value));
  }

  void read_deprecated_extra_sources() {
    const Item* const item = find("extra-sources");
    if (item == nullptr) return;
    std::vector<Source> sources;
    for (const Node& pair : children(*NormalForm(definition_->arena_).wrapped(*item->value, 2))) {
      auto source = deprecated_extra_source(pair);
      if (!source) {
        note(item->name, pair.offset, "expected [\"URL\" \"checksum\"]");
        return;
      }
      sources.push_back(std::move(*source));
    }
    definition_->extra_sources_ = std::move(sources);
  }

  static std::optional<Source> deprecated_extra_source(const Node& pair) {
    if (!pair.is(NodeKind::list) || child_count(pair, 3) != 2) return std::nullopt;
    const Node& place = *pair.child;
    const Node& address = place.is(NodeKind::option) ? *place.child : place;
    const Node& sum = *place.next;
    const Node* const title = place.is(NodeKind::option) ? address.next : nullptr;
    if (!address.is(NodeKind::string) || !sum.is(NodeKind::string)) return std::nullopt;
    if (title != nullptr && (!title->is(NodeKind::string) || title->next != nullptr)) {
      return std::nullopt;
    }
    auto url = parse_url(address.text);
    auto checksum = parse_checksum(sum.text);
    if (!url || !checksum) return std::nullopt;
    std::string file(title != nullptr ? title->text : basename(*url));
    return Source{std::move(file), std::move(*url), {std::move(*checksum)}};
  }

  // One url and at most one; a title makes it no url.
  void read_url() {
    const Item* first = nullptr;
    bool titled = false;
    for (const Item& item : siblings(definition_->items_)) {
      if (!item.is_section || item.name != "url") continue;
      titled = titled || item.has_title;
      if (first != nullptr) note("url", item.offset, "this section was there before");
      if (first == nullptr) first = &item;
    }
    if (first == nullptr) return;
    if (titled) return note("url", first->offset, "url has no title");
    definition_->url_ = read_source(*first);
  }

  void read_extra_sources() {
    std::map<std::string_view, const Item*> sections;  // by title
    for (const Item& item : siblings(definition_->items_)) {
      if (!item.is_section || item.name != "extra-source") continue;
      if (!item.has_title) {
        note("extra-source", item.offset, "extra-source needs the name of a file");
        return;
      }
      if (!sections.emplace(item.title, &item).second) {
        note("extra-source", item.offset, "this section was there before");
      }
    }
    if (sections.empty()) return;
    std::vector<Source> sources;
    for (const auto& [title, section] : sections) {
      auto source = read_source(*section);
      if (!source) return;
      source->title = std::string(title);
      sources.push_back(std::move(*source));
    }
    definition_->extra_sources_ = std::move(sources);
  }

  std::optional<Source> read_source(const Item& section) {
    Source source;
    std::optional<Url> url;
    static constexpr std::array<std::pair<std::string_view, std::optional<Backend>>, 7> places = {{
        {"src", std::nullopt},
        {"archive", Backend::http},
        {"http", Backend::http},
        {"git", Backend::git},
        {"darcs", Backend::darcs},
        {"hg", Backend::hg},
        {"local", Backend::rsync},
    }};
    for (const auto& [key, backend] : places) {
      const Item* const item = find_in(section, key);
      if (item == nullptr || url) continue;
      if (item->value->is(NodeKind::string)) url = parse_url(item->value->text, backend);
      if (!url) note(section.name, item->offset, "expected a url");
    }
    if (!url) {
      note(section.name, section.offset, "src: is missing");
      return std::nullopt;
    }
    source.url = std::move(*url);
    read_checksums(section, source);
    return source;
  }

  static const Item* find_in(const Item& section, std::string_view key) {
    for (const Item& item : siblings(section.child)) {
      if (!item.is_section && item.name == key) return &item;
    }
    return nullptr;
  }

  void read_checksums(const Item& section, Source& source) {
    const Item* const item = find_in(section, "checksum");
    if (item == nullptr) return;
    NormalForm form(definition_->arena_);
    const Node* const sums = form.checksums(*item->value);
    if (sums == nullptr) {
      note(section.name, form.error()->offset, form.error()->message);
    } else if (sums->is(NodeKind::list)) {
      for (const Node& sum : children(*sums)) source.checksums.push_back(*parse_checksum(sum.text));
    } else {
      source.checksums.push_back(*parse_checksum(sums->text));
    }
  }

  Definition* definition_;
  NodeFactory make_;
};

std::expected<std::shared_ptr<const Definition>, SyntaxError> Definition::parse(
    std::string source) {
  std::shared_ptr<Definition> definition(new Definition(std::move(source)));
  if (auto error = DefinitionReader(*definition).read()) return std::unexpected(std::move(*error));
  return definition;
}

std::expected<std::unique_ptr<const Definition>, SyntaxError> Definition::parse_outline(
    std::string_view source, std::span<std::byte> memory) {
  std::unique_ptr<Definition> definition(new Definition(memory));
  auto error = DefinitionReader(*definition).read_outline(source);
  if (error) return std::unexpected(std::move(*error));
  return definition;
}

}  // namespace oxbow::opam
