#include "http/exchange.h"

namespace oxbow::http {

Answer exchange(const Request& request, const Limits& limits) {
  Answer answer;
  Receiver receiver;
  receiver.take = [&](std::string_view bytes) {
    answer.body += bytes;
    return true;
  };
  auto head = transfer(request, limits, receiver);
  if (!head) return {0, {}, "", std::move(head.error().message)};
  answer.status = head->status;
  answer.headers = std::move(head->headers);
  return answer;
}

}  // namespace oxbow::http
