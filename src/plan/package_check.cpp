#include "plan/package_check.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "opam/mirrors.h"
#include "opam/source_rules.h"

namespace oxbow::plan {
namespace {

class PackageCheck {
 public:
  PackageCheck(std::string_view directory, const opam::Definition& definition,
               const std::vector<CheckedFile>& files)
      : directory_(directory), definition_(&definition), files_(&files) {}

  std::vector<Finding> run() {
    for (const opam::FieldError& error : definition_->errors()) {
      at_offset(error.offset, Level::warning, "opam ignores " + error.field + ": " + error.message,
                true);
    }
    check_extra_files();
    check_sources();
    return std::move(findings_);
  }

 private:
  void at_offset(std::size_t offset, Level level, std::string message, bool with_excerpt = false) {
    const std::string& source = definition_->source();
    findings_.push_back({directory_ + "/opam", opam::position(source, offset).line, level,
                         std::move(message),
                         with_excerpt ? opam::excerpt(source, offset) : std::string()});
  }

  void at_file(const std::string& path, Level level, std::string message) {
    findings_.push_back({directory_ + "/files/" + path, 1, level, std::move(message), ""});
  }

  void check_extra_files() {
    std::vector<std::string_view> listed;
    if (const opam::Node* const field = definition_->field(opam::Field::extra_files)) {
      // One pair alone stands without the brackets of the list.
      if (field->child->is(opam::NodeKind::string)) {
        check_listed(*field, listed);
      } else {
        for (const opam::Node& pair : children(*field)) check_listed(pair, listed);
      }
    }
    for (const CheckedFile& file : *files_) {
      if (!file.content) {
        at_file(file.path, Level::warning, file.problem);
      } else if (std::ranges::find(listed, file.path) == listed.end()) {
        at_file(file.path, Level::warning,
                "extra-files: does not list this file, so opam ignores it; add [\"" + file.path +
                    "\" \"sha256=" + sha256_hex(*file.content) + "\"]");
      }
    }
  }

  void check_listed(const opam::Node& pair, std::vector<std::string_view>& listed) {
    const std::string_view path = pair.child->text;
    const auto checksum = opam::parse_checksum(pair.child->next->text);
    listed.push_back(path);
    const auto file = std::ranges::find(*files_, path, &CheckedFile::path);
    if (file == files_->end()) {
      at_offset(pair.child->offset, Level::error,
                "extra-files: lists " + std::string(path) + ", which is not in files/");
      return;
    }
    if (!file->content || !checksum) return;
    const std::string actual = hex_digest(checksum->kind, *file->content);
    if (actual == checksum->hex) return;
    at_offset(pair.child->next->offset, Level::error,
              "extra-files: the checksum of " + std::string(path) +
                  " is stale, so opam refuses the package; it is now " +
                  std::string(name(checksum->kind)) + "=" + actual);
  }

  void check_sources() {
    check_places(definition_->url());
    for (const opam::Source& source : definition_->extra_sources()) check_places(source);
    const auto& url = definition_->url();
    if (!url || !url->checksums.empty()) return;
    const std::size_t offset = url_offset();
    const std::string where = url->url.to_string();
    if (url->url.backend == opam::Backend::git) {
      const auto& hash = url->url.hash;
      if (hash && (opam::is_commit(*hash) || opam::is_abbreviated_commit(*hash))) return;
      at_offset(offset, Level::warning,
                "the url " + where + " names " +
                    (url->url.hash ? "a branch or a tag" : "no commit") +
                    ", so its content can change without a commit here; name a whole commit id");
    } else {
      at_offset(offset, Level::warning,
                "the url " + where +
                    " has no checksum, so nothing says what it yields and opam gives this "
                    "package no build-id; add checksum:");
    }
  }

  void check_places(const std::optional<opam::Source>& source) {
    if (!source) return;
    auto wrong = opam::contradiction(*source, opam::mirrors(*definition_, source->title));
    if (!wrong && source->url.hash && opam::is_abbreviated_commit(*source->url.hash)) {
      wrong = "names a commit by a part of its id, which no server is asked for; name it whole";
    }
    if (!wrong) return;
    at_offset(section_offset(source->title), Level::error,
              "the url " + source->url.to_string() + ": " + *wrong);
  }

  std::size_t section_offset(std::string_view title) const {
    if (title.empty()) return url_offset();
    for (const opam::Item& item : opam::siblings(definition_->items())) {
      if (item.is_section && item.name == "extra-source" && item.title == title) return item.offset;
    }
    return 0;
  }

  std::size_t url_offset() const {
    for (const opam::Item& item : opam::siblings(definition_->items())) {
      if (!item.is_section || item.name != "url") continue;
      for (const opam::Item& field : opam::siblings(item.child)) {
        if (field.name == "src" || field.name == "git") return field.offset;
      }
      return item.offset;
    }
    return 0;
  }

  std::string directory_;
  const opam::Definition* definition_;
  const std::vector<CheckedFile>* files_;
  std::vector<Finding> findings_;
};

}  // namespace

Finding unreadable(std::string_view path, std::string_view source, const opam::SyntaxError& error) {
  return {std::string(path), opam::position(source, error.offset).line, Level::error,
          "opam cannot read this file: " + error.message, opam::excerpt(source, error.offset)};
}

std::vector<Finding> check_package(std::string_view directory, const opam::Definition& definition,
                                   const std::vector<CheckedFile>& files) {
  return PackageCheck(directory, definition, files).run();
}

}  // namespace oxbow::plan
