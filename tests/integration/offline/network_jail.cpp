/// tests/integration/offline/network_jail.cpp: runs a program that the kernel kills at its first internet socket.
///   network_jail PROGRAM [ARGUMENT...]
/// Every socket family but AF_UNIX and every io_uring call ends the whole process with SIGSYS.
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <initializer_list>

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: network_jail PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int code = filter == nullptr ? -1 : 0;
    for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
        if (code == 0) code = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, call, 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
    }
    for (const int call : {SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register)}) {
        if (code == 0) code = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, call, 0);
    }
    if (code == 0) code = seccomp_load(filter);
    if (code != 0) {
        std::fprintf(stderr, "network_jail: the filter could not be set (%d)\n", code);
        return 77;
    }
    execvp(argv[1], argv + 1);
    std::perror(argv[1]);
    return 127;
}
