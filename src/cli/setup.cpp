#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <stop_token>
#include <string>

#include "base/descriptor.h"
#include "base/file.h"
#include "base/percent.h"
#include "base/random.h"
#include "base/untrusted.h"
#include "cli/command.h"
#include "github/app_manifest.h"
#include "http/exchange.h"
#include "web/html.h"
#include "web/server.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

struct SetupArguments {
  std::string repository;
  std::string url;
  std::string organization;
  std::string folder = "/etc/oxbow";
  std::string name = "oxbow";
  std::string web = "https://github.com";
  std::string api = "https://api.github.com";
  int port = 8472;
};

std::string configuration_text(const SetupArguments& arguments, const github::NewApp& app) {
  return fmt::format(
      R"(# Written by oxbow setup. config/oxcaml.toml in the sources has every setting.
version = 1

[store]
file = "/var/lib/oxbow/oxbow.sqlite"

[webhook]
secret_files = ["{0}/webhook-secret"]

[pages]
url = "{1}"

[github]
api = "{2}"
web = "{3}"
app = "{4}"
key_file = "{0}/app.pem"
login = "{5}[bot]"
dry_run = true               # nothing is written to GitHub until this is false

[worker]
cache = "/var/cache/oxbow"
mirrors = "/var/lib/oxbow/mirrors"
build = false                # analysis only, until there is a base layer: oxbow base create

[[repository]]
name = "{6}"
branches = ["main"]
  [[repository.below]]
  place = "https://github.com/ocaml/opam-repository.git"
  revision = "master"
  [[repository.target]]
  compiler = "ocaml-variants.5.2.0+ox"
  platform = "debian-12-x86_64"
)",
      arguments.folder, arguments.url, arguments.api, arguments.web, app.id, app.slug,
      arguments.repository);
}

// A new file, for its owner and group alone from the beginning.
Result<void> write_private(const fs::path& file, std::string_view text) {
  Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!descriptor) return fail(system_message(file, errno));
  if (write_all(descriptor.get(), text) && descriptor.close()) return {};
  return fail(system_message(file, errno));
}

Result<void> write_files(const SetupArguments& arguments, const github::NewApp& app) {
  const fs::path folder = arguments.folder;
  auto written = write_private(folder / "app.pem", app.key);
  if (written) written = write_private(folder / "webhook-secret", app.webhook_secret + "\n");
  if (written) {
    written = write_private(folder / "oxbow.toml", configuration_text(arguments, app));
  }
  return written;
}

// The one visit of a browser that makes the app.
class Visit {
 public:
  /// `state` is what a link that somebody else made up cannot hold.
  Visit(const SetupArguments& arguments, std::string state)
      : arguments_(&arguments), state_(std::move(state)) {}

  web::Response answer(const web::Request& request) {
    web::Response response;
    response.cache_control = "no-store";
    if (request.path == "/") {
      response.body = start_page();
      // The form goes to GitHub.
      response.headers["Content-Security-Policy"] =
          "default-src 'none'; form-action " + arguments_->web + "; frame-ancestors 'none'";
    } else if (request.path == "/created") {
      const auto created = create(request);
      response.status = created ? 200 : 400;
      response.body = plain_page(created ? "The app is there, and " + arguments_->folder +
                                               "/oxbow.toml. Now install the app on the "
                                               "repository: " +
                                               address_
                                         : created.error().message);
    } else {
      response.status = 404;
      response.body = plain_page("page not found");
    }
    return response;
  }

  bool is_done() const { return !address_.empty(); }
  const std::string& install_address() const { return address_; }

 private:
  std::string start_page() const {
    const std::string place =
        arguments_->organization.empty()
            ? "/settings/apps/new"
            : "/organizations/" + percent_encoded(arguments_->organization) + "/settings/apps/new";
    const std::string manifest =
        github::app_manifest(arguments_->name, arguments_->url,
                             fmt::format("http://127.0.0.1:{}/created", arguments_->port));
    const web::Html page = web::Html(
                               "<!doctype html><meta charset=\"utf-8\"><title>oxbow setup</title>"
                               "<h1>Make the GitHub App</h1><form method=\"post\" action=\"") +
                           web::text(arguments_->web + place + "?state=" + state_) +
                           "\"><input type=\"hidden\" name=\"manifest\" value=\"" +
                           web::text(manifest) +
                           "\"><p>GitHub will ask for the app's name, and come back here.</p>"
                           "<button>Go to GitHub</button></form>";
    return page.to_string();
  }

  static std::string plain_page(std::string_view words) {
    return (web::Html("<!doctype html><meta charset=\"utf-8\"><title>oxbow setup</title><p>") +
            web::text(words) + "</p>")
        .to_string();
  }

  Result<void> create(const web::Request& request) {
    const auto code = request.query.find("code");
    const auto state = request.query.find("state");
    if (code == request.query.end() || state == request.query.end() || state->second != state_) {
      return fail("this is not the answer to our question; begin again at /");
    }
    http::Request conversion;
    conversion.url =
        arguments_->api + "/app-manifests/" + percent_encoded(code->second) + "/conversions";
    conversion.method = "POST";
    conversion.headers = {{"Accept", "application/vnd.github+json"}, {"User-Agent", OXBOW_VERSION}};
    const auto answer = http::exchange(conversion, {});
    const auto app = github::parse_new_app(answer.body);
    if (answer.status / 100 != 2 || !app) {
      return fail(
          fmt::format("GitHub did not make the app (status {}); begin again at /", answer.status));
    }
    TRY(write_files(*arguments_, *app));
    address_ = arguments_->web + "/apps/" + percent_encoded(app->slug) + "/installations/new";
    return {};
  }

  const SetupArguments* arguments_;
  std::string state_;
  std::string address_;
};

ExitCode run(const SetupArguments& arguments) {
  std::error_code ignored;
  if (!fs::is_directory(arguments.folder, ignored)) {
    return report_error("there is no folder " + arguments.folder +
                        "; make it, readable for the "
                        "group oxbow");
  }
  for (const char* const file : {"oxbow.toml", "app.pem", "webhook-secret"}) {
    if (fs::exists(fs::path(arguments.folder) / file, ignored)) {
      return report_error((fs::path(arguments.folder) / file).string() +
                          " already exists; move it away to set up again");
    }
  }
  auto state = random_text();
  if (!state) return report_error(state.error().message);
  Visit visit(arguments, *std::move(state));
  std::stop_source done;
  const auto served = web::serve(
      [&](const web::Request& request) {
        web::Response response = visit.answer(request);
        if (visit.is_done()) done.request_stop();  // this answer is still sent
        return response;
      },
      {.address = {"127.0.0.1", arguments.port, {}}}, done.get_token(),
      [&](int port) {
        print_line(
            fmt::format("Open http://127.0.0.1:{}/ in a browser. From another machine: ssh "
                        "-L {}:127.0.0.1:{} HERE",
                        port, port, port));
        std::fflush(stdout);
      });
  if (!served) return report_error(served.error().message);
  print_line("wrote " + arguments.folder + "/oxbow.toml, app.pem and webhook-secret");
  print_line("now install the app on " + arguments.repository + ": " + visit.install_address());
  return ExitCode::done;
}

}  // namespace

Command add_setup(CLI::App& program) {
  auto arguments = std::make_shared<SetupArguments>();
  CLI::App* const command =
      program.add_subcommand("setup", "make the GitHub App, and write the bot's configuration");
  command->add_option("--repository", arguments->repository, "the repository to test, OWNER/NAME")
      ->required();
  command->add_option("--url", arguments->url, "the public address of the bot, https://HOST")
      ->required();
  command->add_option("--organization", arguments->organization,
                      "the organization that owns the app (default: your own account)");
  command->add_option("--folder", arguments->folder, "the folder to write to")
      ->capture_default_str();
  command->add_option("--name", arguments->name, "the name of the app on GitHub")
      ->capture_default_str();
  command->add_option("--port", arguments->port, "local port for the one visit")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  command->add_option("--web", arguments->web, "the address of another GitHub")
      ->capture_default_str();
  command->add_option("--api", arguments->api, "the address of its API")->capture_default_str();
  command->footer(
      "Open the printed address in a browser; GitHub redirects back with the new app's id, key "
      "and\n"
      "webhook secret. Existing files are never overwritten. Exit codes: 0 done, 2 error.\n\n"
      "Example:\n"
      "  oxbow setup --repository oxcaml/opam-repository --url https://oxbow.example.org");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace oxbow::cli
