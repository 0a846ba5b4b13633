/// app/models/machine_memory.cpp: MemAvailable on Linux, GlobalMemoryStatusEx on Windows, the page counters of the kernel on macOS.
#include "app/models/machine_memory.h"

#include <array>
#include <charconv>
#include <cstdio>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#include <sys/sysctl.h>
#endif

namespace soliloquy::models {
namespace {

uint64_t kibibytes_of(std::string_view text, std::string_view key) noexcept {
    size_t at = text.find(key);
    if (at == std::string_view::npos) return 0;
    at = text.find_first_of("0123456789", at + key.size());
    if (at == std::string_view::npos) return 0;
    uint64_t number = 0;
    std::from_chars(text.data() + at, text.data() + text.size(), number);
    return number;
}

}  // namespace

MachineMemory read_meminfo(std::string_view text) noexcept {
    return {kibibytes_of(text, "MemTotal:") * 1024, kibibytes_of(text, "MemAvailable:") * 1024};
}

MachineMemory machine_memory() noexcept {
#ifdef _WIN32
    MEMORYSTATUSEX status{};
    status.dwLength = sizeof(status);
    if (GlobalMemoryStatusEx(&status) == 0) return {};
    return {status.ullTotalPhys, status.ullAvailPhys};
#elif defined(__APPLE__)
    MachineMemory memory;
    size_t size = sizeof(memory.total);
    if (sysctlbyname("hw.memsize", &memory.total, &size, nullptr, 0) != 0) return {};
    vm_statistics64_data_t pages{};
    mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
    if (host_statistics64(mach_host_self(), HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&pages), &count) == KERN_SUCCESS) {
        memory.available = (uint64_t{pages.free_count} + pages.inactive_count + pages.purgeable_count) * vm_kernel_page_size;
    }
    return memory;
#else
    std::array<char, 4096> text{};
    std::FILE* file = std::fopen("/proc/meminfo", "re");
    if (file == nullptr) return {};
    const size_t length = std::fread(text.data(), 1, text.size(), file);
    std::fclose(file);
    return read_meminfo({text.data(), length});
#endif
}

std::string memory_words(uint64_t bytes) {
    char text[32];
    const auto amount = static_cast<double>(bytes);
    if (amount >= 999.5e9) {
        std::snprintf(text, sizeof(text), "%.1f TB", amount / 1e12);
    } else if (amount >= 9.95e9) {
        std::snprintf(text, sizeof(text), "%.0f GB", amount / 1e9);
    } else if (amount >= 999.5e6) {
        std::snprintf(text, sizeof(text), "%.1f GB", amount / 1e9);
    } else if (amount >= 9.95e6) {
        std::snprintf(text, sizeof(text), "%.0f MB", amount / 1e6);
    } else if (amount >= 1e6) {
        std::snprintf(text, sizeof(text), "%.1f MB", amount / 1e6);
    } else if (amount >= 1e3) {
        std::snprintf(text, sizeof(text), "%.0f kB", amount / 1e3);
    } else {
        std::snprintf(text, sizeof(text), "%.0f bytes", amount);
    }
    return text;
}

std::string grouped(uint64_t number) {
    const std::string digits = std::to_string(number);
    std::string out;
    for (size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

}  // namespace soliloquy::models
