#include "job/mirrors.h"

#include <utility>

#include "repo/git_remote.h"

namespace oxbow::job {

Result<std::shared_ptr<repo::GitRepository>> Mirrors::open(const std::string& place,
                                                           const std::vector<std::string>& refspecs,
                                                           std::chrono::seconds may_be) {
  std::filesystem::path path = place;
  if (repo::is_url(place)) {
    std::string what = place;
    for (const std::string& refspec : refspecs) what += "\n" + refspec;
    const auto now = std::chrono::steady_clock::now();
    const auto last = fetched_.find(what);
    const auto tell = [&](const repo::TransferProgress& transfer) {
      progress_->at("fetching " + repo::without_credentials(place), transfer.objects_received,
                    transfer.objects_total);
      return true;
    };
    if (last != fetched_.end() && now - last->second < may_be) {
      path = repo::mirror_folder(place, folder_);
    } else {
      TRY_ASSIGN(auto mirrored, repo::mirror(place, folder_, tell, refspecs));
      path = std::move(mirrored);
      fetched_[what] = now;
    }
  }
  TRY_ASSIGN(auto opened, repo::GitRepository::open(path));
  return std::shared_ptr<repo::GitRepository>(std::move(opened));
}

}  // namespace oxbow::job
