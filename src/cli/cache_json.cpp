#include "cli/cache_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "base/untrusted.h"

namespace oxbow::cli {
namespace {

constexpr std::uint64_t format_version = 1;

double seconds_since_1970(cache::CacheTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// Writes one object; its parts are written by functions named `value`.
class Json {
 public:
  template <typename Fill>
  static std::string object(const Fill& fill) {
    Json json;
    json.writer_.StartObject();
    json.field("version", format_version);
    fill(json);
    json.writer_.EndObject();
    return std::string(json.buffer_.GetString(), json.buffer_.GetSize()) + "\n";
  }

  template <typename T>
  void field(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

  void null(std::string_view name) {
    key(name);
    writer_.Null();
  }

  /// `json` is one whole value.
  void raw(std::string_view name, const std::string& json) {
    key(name);
    writer_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  }

 private:
  void key(std::string_view name) {
    writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }

  void value(std::string_view text) {
    const std::string valid = valid_utf8(text);
    writer_.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  }
  void value(std::same_as<std::uint64_t> auto number) { writer_.Uint64(number); }
  void value(std::same_as<bool> auto truth) { writer_.Bool(truth); }
  void value(std::same_as<double> auto number) { writer_.Double(number); }

  template <typename T>
  void value(const std::vector<T>& list) {
    writer_.StartArray();
    for (const T& element : list) value(element);
    writer_.EndArray();
  }

  void value(const cache::CachedLayer& layer) {
    writer_.StartObject();
    field("key", layer.key);
    if (layer.record) {
      field("package", layer.record->package.to_string());
      field("outcome", name(layer.record->outcome));
      null("broken");
    } else {
      null("package");
      null("outcome");
      field("broken", layer.broken);
    }
    field("bytes", layer.bytes);
    field("files", layer.files);
    if (layer.record) {
      field("created", layer.record->created);
    } else {
      null("created");
    }
    field("last_use", seconds_since_1970(layer.last_use));
    writer_.EndObject();
  }

  void value(const OfPlatform<std::vector<cache::CachedLayer>>& at) {
    writer_.StartObject();
    field("platform", at.platform);
    field("layers", at.found);
    writer_.EndObject();
  }

  void value(const cache::CollectedItem& item) {
    writer_.StartObject();
    field("platform", item.platform);
    field("name", item.name);
    field("layer", item.layer);
    field("bytes", item.bytes);
    writer_.EndObject();
  }

  void value(const cache::BrokenLayer& broken) {
    writer_.StartObject();
    field("key", broken.key);
    field("why", broken.why);
    field("put_aside", broken.put_aside);
    writer_.EndObject();
  }

  void value(const OfPlatform<cache::Verification>& at) {
    writer_.StartObject();
    field("platform", at.platform);
    field("layers", at.found.layers);
    field("without_digest", at.found.without_digest);
    field("broken", at.found.broken);
    writer_.EndObject();
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer_{
      buffer_};
};

}  // namespace

std::string to_json(const std::vector<OfPlatform<std::vector<cache::CachedLayer>>>& platforms) {
  return Json::object([&](Json& json) { json.field("platforms", platforms); });
}

std::string to_json(const std::string& platform, const std::filesystem::path& folder,
                    const cache::CachedLayer& layer) {
  return Json::object([&](Json& json) {
    json.field("platform", platform);
    json.field("folder", folder.string());
    json.field("layer", layer);
    if (layer.record) {
      json.raw("record", cache::to_json(*layer.record));
    } else {
      json.null("record");
    }
  });
}

std::string to_json(const cache::Collection& collection, bool dry_run) {
  return Json::object([&](Json& json) {
    json.field("dry_run", dry_run);
    json.field("freed", collection.freed);
    json.field("kept", collection.kept);
    json.field("kept_bytes", collection.kept_bytes);
    json.field("removed", collection.removed);
    json.field("problems", collection.problems);
  });
}

std::string to_json(const std::vector<OfPlatform<cache::Verification>>& platforms) {
  return Json::object([&](Json& json) { json.field("platforms", platforms); });
}

}  // namespace oxbow::cli
