#include "report/check_report.h"

#include <algorithm>

namespace oxbow::report {

bool has_bad_news(const CheckReport& report, OnlyTarget only) {
  const auto loses = [](const TargetReport& target) { return !target.newly_uninstallable.empty(); };
  const auto suffers = [](const TargetCheck& check) {
    return std::ranges::any_of(check.roots, verdict::is_bad_news, &RootCheck::verdict);
  };
  return std::ranges::any_of(of_targets(report.plan.targets, only), loses) ||
         std::ranges::any_of(of_targets(report.targets, only), suffers);
}

}  // namespace oxbow::report
