#include <catch2/catch.hpp>

#include <limits>
#include <string>

#include "base/json_reader.h"
#include "base/json_writer.h"

using namespace oxbow;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using Texts = std::vector<std::string>;

namespace {

struct Named {
  std::string name;
  std::string to_string() const { return "<" + name + ">"; }
};

struct Pair {
  int first;
  bool second;
};

class Format : public JsonWriter<Format> {
 public:
  using JsonWriter::value;
  void value(const Pair& pair) {
    open();
    field("first", pair.first);
    field("second", pair.second);
    close();
  }
};

std::string error_of(std::string_view json) {
  const JsonReader read(json, "the text");
  return read.error() ? read.error()->message : "";
}

}  // namespace

TEST_CASE("a format is written with its own types among those of all") {
  Format json;
  json.open();
  json.field("text", "a\"b\n");
  json.field("count", std::numeric_limits<std::uint64_t>::max());
  json.field("integer", std::int64_t{-5});
  json.field("number", 0.1);
  json.field("pairs", std::vector{Pair{1, true}, Pair{2, false}});
  json.field("named", std::optional(Named{"n"}));
  json.field("none", std::optional<Named>());
  json.key("list").open_list().value("x").value(1).null().close_list();
  json.raw_field("raw", "{\"a\":1}\n");
  json.close();
  CHECK(json.text() ==
        R"({"text":"a\"b\n","count":18446744073709551615,"integer":-5,"number":0.1,)"
        R"("pairs":[{"first":1,"second":true},{"first":2,"second":false}],"named":"<n>",)"
        R"("none":null,"list":["x",1,null],"raw":{"a":1}})");
}

TEST_CASE("what is not finite has no number in JSON") {
  PlainJson json;
  json.open_list().value(std::numeric_limits<double>::infinity()).close_list();
  CHECK(json.text() == "[0.0]");
}

TEST_CASE("text is written in ASCII, or byte for byte") {
  const std::string text = "caf\xC3\xA9 \xFF";
  PlainJson escaped;
  escaped.open_list().value(text).close_list();
  CHECK(escaped.text() == R"(["caf\u00E9 \uFFFD"])");
  PlainJson bytes(JsonText::as_it_is);
  bytes.open().field("t", text).close();
  CHECK(bytes.text() == "{\"t\":\"" + text + "\"}");
  JsonReader read(bytes.text(), "it");
  CHECK(read.text(read.top(), "t") == text);
}

TEST_CASE("members of an object are read by their kind") {
  JsonReader read(R"({"t":"a\u0000b","b":true,"n":1.5,"i":-3,"c":18446744073709551615,
                      "l":["x","y"],"o":[{"t":"in"},{}]})",
                  "it");
  CHECK(read.text(read.top(), "t") == std::string("a\0b", 3));
  CHECK(read.boolean(read.top(), "b"));
  CHECK(read.number(read.top(), "n") == 1.5);
  CHECK(read.number(read.top(), "i") == -3);
  CHECK(read.integer(read.top(), "i") == -3);
  CHECK(read.count(read.top(), "c") == std::numeric_limits<std::uint64_t>::max());
  CHECK(read.texts(read.top(), "l") == Texts{"x", "y"});
  const auto objects = read.objects(read.top(), "o");
  REQUIRE(objects.size() == 2);
  CHECK(read.text(objects[0], "t") == "in");
  CHECK_FALSE(read.error());
  read.text(objects[1], "t");
  CHECK(read.error()->message == "it: member 't' is missing");
}

TEST_CASE("the first error of a reader stays, and what cannot be read is empty") {
  const auto error = [](auto read_it) {
    JsonReader read(R"({"t":1,"b":"x","i":1.5,"c":-1,"l":["x",1],"o":[{},1],"n":null})", "it");
    read_it(read);
    const std::string first = read.error() ? read.error()->message : "";
    read.text(read.top(), "missing");
    CHECK(read.error()->message == (first.empty() ? "it: member 'missing' is missing" : first));
    return first;
  };
  CHECK(error([](JsonReader& r) { CHECK(r.text(r.top(), "t").empty()); }) ==
        "it: member 't' is not a string");
  CHECK(error([](JsonReader& r) { CHECK_FALSE(r.boolean(r.top(), "b")); }) ==
        "it: member 'b' is neither true nor false");
  CHECK(error([](JsonReader& r) { CHECK(r.integer(r.top(), "i") == 0); }) ==
        "it: member 'i' is not a whole number");
  CHECK(error([](JsonReader& r) { CHECK(r.count(r.top(), "c") == 0); }) ==
        "it: member 'c' is not a count");
  CHECK(error([](JsonReader& r) { CHECK(r.number(r.top(), "b") == 0); }) ==
        "it: member 'b' is not a number");
  CHECK(error([](JsonReader& r) { CHECK(r.texts(r.top(), "t").empty()); }) ==
        "it: member 't' is not a list");
  CHECK(error([](JsonReader& r) { r.texts(r.top(), "l"); }) ==
        "it: member 'l' has an element that is not a string");
  CHECK(error([](JsonReader& r) { CHECK(r.objects(r.top(), "o").size() == 1); }) ==
        "it: member 'o' has an element that is not an object");
  CHECK(error([](JsonReader& r) { r.text(r.top(), "n"); }) == "it: member 'n' is not a string");
}

TEST_CASE("what is not a JSON object is an error that says where") {
  CHECK_THAT(error_of("{"), StartsWith("the text is not JSON, at byte 1: "));
  CHECK_THAT(error_of(""), StartsWith("the text is not JSON, at byte 0: "));
  CHECK_THAT(error_of("{} {}"), StartsWith("the text is not JSON"));
  CHECK(error_of("[]") == "the text is not a JSON object");
  CHECK(error_of("{}").empty());
  CHECK_THAT(error_of(std::string(1'000'000, '[')), Contains("is not JSON"));
}

TEST_CASE("a document's values can be asked for without an error") {
  const auto document =
      JsonDocument::parse(R"([{"a":{"b":"\u00e9"},"n":null},2,"x"])", "it").value();
  CHECK(document.top().is_list());
  const auto elements = document.top().elements();
  REQUIRE(elements.size() == 3);
  CHECK(elements[0].find("a")->find("b")->text() == "\xC3\xA9");
  CHECK(elements[0].find("n")->is_null());
  CHECK_FALSE(elements[0].find("z"));
  CHECK_FALSE(elements[1].find("a"));
  CHECK(elements[1].elements().empty());
  CHECK(elements[1].integer() == 2);
  CHECK_FALSE(elements[2].integer());
  CHECK(elements[0].to_json() == R"({"a":{"b":"\u00E9"},"n":null})");
}

TEST_CASE("numbers are read exactly, whatever their form") {
  const auto number = [](const std::string& text) {
    const auto document = JsonDocument::parse("[" + text + "]", "a list");
    INFO(text << ": " << (document ? "" : document.error().message));
    REQUIRE(document);
    return *document->top().elements().at(0).number();
  };
  for (const auto& [text, value] : {std::pair<std::string, double>("0e100", 0),
                                    {"0.0e50", 0},
                                    {"-0e300", 0},
                                    {"0E0100", 0},
                                    {"0e-400", 0},
                                    {"1e-400", 0},
                                    {"0.1", 0.1},
                                    {"1757000000.123456", 1757000000.123456},
                                    {"123456789.12345678", 123456789.12345678},
                                    {"9007199254740993", 9007199254740992.0},
                                    {"18446744073709551616", 18446744073709551616.0},
                                    {"1.7976931348623157e308", 1.7976931348623157e308},
                                    {"5e-324", 5e-324}}) {
    CHECK(number(text) == value);
  }
  const auto list = JsonDocument::parse(
      "[9223372036854775807, -9223372036854775808, 18446744073709551615, -1, 0, -0, 1.0]", "it");
  REQUIRE(list);
  const std::vector<JsonValue> values = list->top().elements();
  CHECK(values[0].integer() == INT64_MAX);
  CHECK(values[1].integer() == INT64_MIN);
  CHECK_FALSE(values[2].integer());
  CHECK(values[2].count() == UINT64_MAX);
  CHECK(values[3].integer() == -1);
  CHECK_FALSE(values[3].count());
  CHECK(values[4].count() == 0);
  CHECK(values[5].integer() == 0);
  CHECK_FALSE(values[6].integer());

  for (const std::string text : {"1e400", "-1e400", "1e99999999999999999999"}) {
    const auto document = JsonDocument::parse("[" + text + "]", "a list");
    REQUIRE_FALSE(document);
    CHECK_THAT(document.error().message, Contains("too big"));
  }
  for (const std::string text : {"01", "1.", ".5", "+1", "1e", "--1", "0x1", "nan", "1,"}) {
    INFO(text);
    CHECK_FALSE(JsonDocument::parse("[" + text + "]", "a list"));
  }
}

TEST_CASE("members that were read are written among others") {
  const auto document = JsonDocument::parse(R"({"a":1,"b":["x"]})", "it").value();
  PlainJson json;
  json.open().members(document.top()).field("c", true).close();
  CHECK(json.text() == R"({"a":1,"b":["x"],"c":true})");
}
