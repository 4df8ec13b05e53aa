#include "web/metrics.h"

#include <fmt/format.h>

#include "store/deliveries.h"
#include "store/runs.h"

namespace oxbow::web {
namespace {

void begin(std::string& text, std::string_view name, std::string_view kind, std::string_view help) {
  text += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, kind, help);
}

}  // namespace

std::string to_prometheus(const Metrics& metrics) {
  std::string text;
  begin(text, "oxbow_runs", "gauge", "Runs by state.");
  for (std::size_t i = 0; i < metrics.runs.size(); ++i) {
    text += fmt::format("oxbow_runs{{state=\"{}\"}} {}\n", name(static_cast<store::RunState>(i)),
                        metrics.runs[i]);
  }
  begin(text, "oxbow_deliveries", "gauge", "Deliveries by state.");
  for (std::size_t i = 0; i < metrics.deliveries.size(); ++i) {
    text += fmt::format("oxbow_deliveries{{state=\"{}\"}} {}\n",
                        name(static_cast<store::DeliveryState>(i)), metrics.deliveries[i]);
  }
  begin(text, "oxbow_jobs", "gauge", "Jobs by kind and whether a worker has them.");
  for (const auto& [kind, counts] : metrics.jobs) {
    text += fmt::format(
        "oxbow_jobs{{kind=\"{0}\",state=\"waiting\"}} {1}\n"
        "oxbow_jobs{{kind=\"{0}\",state=\"leased\"}} {2}\n",
        name(kind), counts.waiting, counts.leased);
  }
  begin(text, "oxbow_publications", "gauge", "What GitHub is yet to be told, and what it refused.");
  text += fmt::format(
      "oxbow_publications{{state=\"due\"}} {}\noxbow_publications{{state=\"given_up\"}} {}\n",
      metrics.publications.due, metrics.publications.given_up);
  begin(text, "oxbow_oldest_delivery_seconds", "gauge",
        "How long the delivery has waited that waits the longest.");
  text += fmt::format("oxbow_oldest_delivery_seconds {:.3f}\n", metrics.oldest_delivery_seconds);
  begin(text, "oxbow_pages_total", "counter", "Answers of the pages by status.");
  for (const auto& [status, count] : metrics.answered) {
    text += fmt::format("oxbow_pages_total{{status=\"{}\"}} {}\n", status, count);
  }
  return text;
}

}  // namespace oxbow::web
