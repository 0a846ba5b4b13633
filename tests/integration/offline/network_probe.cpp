/// tests/integration/offline/network_probe.cpp: the control program: it does what the real one must never do.
///   network_probe [--forbid] inet|inet6|netlink|packet|vsock|unix|pair|io_uring
/// Exit code 0: the call reached the kernel (whatever it answered); 3: it was refused by a filter (EACCES, or ENOSYS for io_uring).
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "app/platform/network_guard.h"

int main(int argc, char** argv) {
    int at = 1;
    if (at < argc && std::string_view(argv[at]) == "--forbid") {
        const auto state = soliloquy::forbid_network();
        std::printf("%s\n", state.explanation.c_str());
        if (!state.enforced) return 4;
        ++at;
    }
    if (at >= argc) return 2;
    const std::string_view what = argv[at];
    errno = 0;
    if (what == "io_uring") {
        char parameters[120] = {};
        return syscall(SYS_io_uring_setup, 1, parameters) < 0 && errno == ENOSYS ? 3 : 0;
    }
    if (what == "pair") {
        int ends[2];
        return socketpair(AF_INET, SOCK_STREAM, 0, ends) < 0 && errno == EACCES ? 3 : 0;
    }
    const int family = what == "inet"      ? AF_INET
                       : what == "inet6"   ? AF_INET6
                       : what == "netlink" ? AF_NETLINK
                       : what == "packet"  ? AF_PACKET
                       : what == "vsock"   ? AF_VSOCK
                       : what == "unix"    ? AF_UNIX
                                           : -1;
    if (family < 0) return 2;
    const int descriptor = socket(family, family == AF_NETLINK || family == AF_PACKET ? SOCK_RAW : SOCK_STREAM, 0);
    if (descriptor < 0) std::printf("%s: %s\n", argv[at], std::strerror(errno));
    return descriptor < 0 && errno == EACCES ? 3 : 0;
}
