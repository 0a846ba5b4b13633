/// app/platform/network_guard.cpp: a seccomp filter on Linux; nothing of the kind elsewhere yet.
#include "app/platform/network_guard.h"

#ifdef __linux__
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>
#endif

namespace soliloquy {

#ifdef __linux__

Status forbid_network() {
    const auto failed = [](const char* what, int code) {
        return Error{ErrorCode::device, std::string("the network could not be forbidden: ") + what + ": " + std::strerror(-code)};
    };
    const std::unique_ptr<void, void (*)(void*)> filter(seccomp_init(SCMP_ACT_ALLOW), [](void* context) { seccomp_release(context); });
    if (filter == nullptr) return failed("seccomp_init", -ENOMEM);
    int code = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    if (code != 0) return failed("thread synchronisation", code);
    for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
        code = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EACCES), call, 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
        if (code != 0) return failed("rule for sockets", code);
    }
    for (const int call : {SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register)}) {
        code = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), call, 0);
        if (code != 0) return failed("rule for io_uring", code);
    }
    code = seccomp_load(filter.get());
    if (code != 0) return failed("seccomp_load", code);
    return Status::success();
}

NetworkGuardState network_guard_state() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor >= 0) {
        ::close(descriptor);
        return {false, "The system would let this program open a network connection; it has no code that does."};
    }
    return {true, "The system refuses this program every network connection (just tried: " + std::string(std::strerror(errno)) + ")."};
}

#else

Status forbid_network() {
    return Error{ErrorCode::unsupported, "this system has no filter that this program knows; it still has no code that opens a connection"};
}

NetworkGuardState network_guard_state() {
    return {false, "This system offers no filter that this program knows; it has no code that opens a connection."};
}

#endif

}  // namespace soliloquy
