#include "job/mirrors.h"

#include <utility>

#include "repo/git_remote.h"

namespace oxbow::job {

Result<std::shared_ptr<repo::GitRepository>> Mirrors::open(const std::string& place,
                                                           const std::vector<std::string>& refspecs,
                                                           std::chrono::seconds may_be) {
  std::filesystem::path path = place;
  if (repo::is_url(place)) {
    TRY_ASSIGN(path, mirror(place, refspecs, may_be));
  }
  TRY_ASSIGN(auto opened, repo::GitRepository::open(path));
  return std::shared_ptr<repo::GitRepository>(std::move(opened));
}

Result<std::filesystem::path> Mirrors::mirror(const std::string& url,
                                              const std::vector<std::string>& refspecs,
                                              std::chrono::seconds may_be) {
  std::string what = url;
  for (const std::string& refspec : refspecs) what += "\n" + refspec;
  const auto now = std::chrono::steady_clock::now();
  const auto last = fetched_.find(what);
  if (last != fetched_.end() && now - last->second < may_be) {
    return repo::mirror_folder(url, folder_);
  }
  const auto tell = [&](std::size_t received, std::size_t total) {
    progress_->at("fetching " + repo::without_credentials(url), received, total);
  };
  tell(0, 0);
  TRY_ASSIGN(auto path, repo::mirror(
                            url, folder_,
                            [&](const repo::TransferProgress& transfer) {
                              tell(transfer.objects_received, transfer.objects_total);
                              return true;
                            },
                            refspecs));
  fetched_[what] = now;
  return path;
}

}  // namespace oxbow::job
