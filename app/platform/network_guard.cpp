/// app/platform/network_guard.cpp: a seccomp filter on Linux; nothing of the kind elsewhere yet.
#include "app/platform/network_guard.h"

#ifdef __linux__
#include <seccomp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <memory>
#endif

namespace soliloquy {

#ifdef __linux__
namespace {

/// Filters on this process by the kernel's own count; 0 when the kernel does not tell.
int filter_count() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("Seccomp_filters:", 0) == 0) return std::atoi(line.c_str() + 16);
    }
    return 0;
}

/// 0, or a negative errno.
int install_filter() {
    const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ALLOW), [](void* context) { seccomp_release(context); });
    if (filter == nullptr) return -ENOMEM;
    if (const int code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1); code != 0) return code;
    for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
        const int code = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
        if (code != 0) return code;
    }
    for (const int call : {SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register)}) {
        if (const int code = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), call, 0); code != 0) return code;
    }
    return seccomp_load(filter.get());
}

}  // namespace

NetworkGuardState forbid_network() {
    const int before = filter_count();
    if (const int code = install_filter(); code != 0) {
        return {false, std::string("The system could not be told to refuse connections (") + std::strerror(-code) +
                           "); this program has no code that opens one."};
    }
    const int after = filter_count();
    if (after > 0 && after <= before)
        return {false, "The system took the filter but does not count it; this program has no code that opens a connection."};
    return {true, "The system refuses this program every connection but the local desktop's (seccomp filter, checked at start)."};
}

#else

NetworkGuardState forbid_network() {
    return {false, "This system offers no filter that this program knows; it has no code that opens a connection."};
}

#endif

}  // namespace soliloquy
