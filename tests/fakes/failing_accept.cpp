#include <dlfcn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

// Preloaded into a program, this makes the first connection that the program takes fail in the way
// of a machine that can have no more open files.
namespace {

std::atomic<bool> has_failed = false;

int fail_once(int connection) {
  if (connection < 0 || has_failed.exchange(true)) return connection;
  ::close(connection);
  errno = ENFILE;
  return -1;
}

}  // namespace

extern "C" int accept(int socket, sockaddr* address, socklen_t* size) {
  using Accept = int (*)(int, sockaddr*, socklen_t*);
  static const auto real = reinterpret_cast<Accept>(::dlsym(RTLD_NEXT, "accept"));
  return fail_once(real(socket, address, size));
}

extern "C" int accept4(int socket, sockaddr* address, socklen_t* size, int flags) {
  using Accept4 = int (*)(int, sockaddr*, socklen_t*, int);
  static const auto real = reinterpret_cast<Accept4>(::dlsym(RTLD_NEXT, "accept4"));
  return fail_once(real(socket, address, size, flags));
}
