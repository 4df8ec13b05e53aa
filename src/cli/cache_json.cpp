#include "cli/cache_json.h"

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/json_writer.h"

namespace oxbow::cli {
namespace {

constexpr std::uint64_t format_version = 1;

double seconds_since_1970(cache::CacheTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

class CacheJson : public JsonWriter<CacheJson> {
 public:
  using JsonWriter::value;

  void value(const cache::CachedLayer& layer) {
    open();
    field("key", layer.key);
    if (layer.record) {
      field("package", layer.record->package.to_string());
      field("outcome", name(layer.record->outcome));
      key("broken").null();
    } else {
      key("package").null();
      key("outcome").null();
      field("broken", layer.broken);
    }
    field("bytes", layer.bytes);
    field("files", layer.files);
    if (layer.record) {
      field("created", layer.record->created);
    } else {
      key("created").null();
    }
    field("last_use", seconds_since_1970(layer.last_use));
    close();
  }

  void value(const OfPlatform<std::vector<cache::CachedLayer>>& at) {
    open();
    field("platform", at.platform);
    field("layers", at.found);
    close();
  }

  void value(const cache::CollectedItem& item) {
    open();
    field("platform", item.platform);
    field("name", item.name);
    field("layer", item.layer);
    field("bytes", item.bytes);
    close();
  }

  void value(const cache::BrokenLayer& broken) {
    open();
    field("key", broken.key);
    field("why", broken.why);
    field("put_aside", broken.put_aside);
    close();
  }

  void value(const OfPlatform<cache::Verification>& at) {
    open();
    field("platform", at.platform);
    field("layers", at.found.layers);
    field("without_digest", at.found.without_digest);
    field("broken", at.found.broken);
    close();
  }
};

// One object, whose parts `fill` writes.
template <typename Fill>
std::string object(const Fill& fill) {
  CacheJson json;
  json.open();
  json.field("version", format_version);
  fill(json);
  json.close();
  return json.text() + "\n";
}

}  // namespace

std::string to_json(const std::vector<OfPlatform<std::vector<cache::CachedLayer>>>& platforms) {
  return object([&](CacheJson& json) { json.field("platforms", platforms); });
}

std::string to_json(const std::string& platform, const std::filesystem::path& folder,
                    const cache::CachedLayer& layer) {
  return object([&](CacheJson& json) {
    json.field("platform", platform);
    json.field("folder", folder.string());
    json.field("layer", layer);
    if (layer.record) {
      json.raw_field("record", cache::to_json(*layer.record));
    } else {
      json.key("record").null();
    }
  });
}

std::string to_json(const cache::Collection& collection, bool dry_run) {
  return object([&](CacheJson& json) {
    json.field("dry_run", dry_run);
    json.field("freed", collection.freed);
    json.field("kept", collection.kept);
    json.field("kept_bytes", collection.kept_bytes);
    json.field("removed", collection.removed);
    json.field("problems", collection.problems);
  });
}

std::string to_json(const std::vector<OfPlatform<cache::Verification>>& platforms) {
  return object([&](CacheJson& json) { json.field("platforms", platforms); });
}

}  // namespace oxbow::cli
