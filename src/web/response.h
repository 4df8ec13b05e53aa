#pragma once

#include <map>
#include <string>

namespace oxbow::web {

struct Request {
  std::string method;
  std::string path;  ///< decoded, without its query
  std::map<std::string, std::string> query;
  std::string if_none_match;
};

struct Response {
  int status = 200;
  std::string type = "text/html; charset=utf-8";
  std::string body;
  std::string cache_control = "no-cache";  ///< may be kept, and asked for again by its ETag
  std::string etag;
  std::map<std::string, std::string> headers;  ///< besides
};

}  // namespace oxbow::web
