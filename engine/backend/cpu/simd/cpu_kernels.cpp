/// engine/backend/cpu/simd/cpu_kernels.cpp: finds what the processor can do, and what is built from the functions of any table.
#include "engine/backend/cpu/cpu_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "engine/backend/cpu/simd/tables.h"

#if defined(SOLILOQUY_KERNELS_X86)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif
#if defined(SOLILOQUY_KERNELS_NEON) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace soliloquy {
namespace {

struct Supported {
    std::array<const CpuKernels*, 7> tables{};
    size_t count = 0;

    void add(const CpuKernels* table) noexcept { tables[count++] = table; }
};

#if defined(SOLILOQUY_KERNELS_X86)
// Two bits of cpuid that the compilers we support do not know by name. Both need what "avx2" checks: the saving of ymm registers.
bool has_f16c() noexcept {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c >> 29 & 1u) != 0;
}
bool has_avx_vnni() noexcept {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 4 & 1u) != 0;
}
/// Tiles with BF16, and AVX-512 with BF16; and the kernel's leave to use tiles, which a process must ask for.
bool has_amx() noexcept {
#if defined(__linux__)
    unsigned a, b, c, d;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d >> 22 & 1u) == 0 || (d >> 24 & 1u) == 0) return false;
    if (__get_cpuid_count(7, 1, &a, &b, &c, &d) == 0 || (a >> 5 & 1u) == 0) return false;
    constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA of asm/prctl.h
    return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
    return false;
#endif
}
#endif

#if defined(SOLILOQUY_KERNELS_NEON)
bool has_dot_product() noexcept {
#if defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
    return true;  // every 64-bit Mac and every Windows on Arm machine that is still sold
#endif
}
#endif

Supported find_supported() noexcept {
    Supported found;
    found.add(&scalar_kernels());
#if defined(SOLILOQUY_KERNELS_X86)
    // The compiler's check covers what the operating system saves (xgetbv) as well as what the processor has.
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c()) {
        found.add(&avx2_kernels());
        if (has_avx_vnni()) found.add(&avxvnni_kernels());
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni")) {
        found.add(&avx512_kernels());
        if (has_amx()) found.add(&amx_kernels());
    }
#endif
#if defined(SOLILOQUY_KERNELS_NEON)
    if (has_dot_product()) found.add(&neon_kernels());
#endif
    return found;
}

const char* wanted_table() noexcept {
    const char* const wanted = std::getenv(kInstructionSetVariable);
    return wanted != nullptr && *wanted != '\0' ? wanted : nullptr;
}

}  // namespace

std::span<const CpuKernels* const> supported_cpu_kernels() noexcept {
    static const Supported kSupported = find_supported();
    return {kSupported.tables.data(), kSupported.count};
}

const CpuKernels& cpu_kernels() noexcept {
    static const CpuKernels* const kChosen = [] {
        const char* const wanted = wanted_table();
        const CpuKernels* const found = wanted != nullptr ? find_cpu_kernels(wanted) : nullptr;
        return found != nullptr ? found : supported_cpu_kernels().back();
    }();
    return *kChosen;
}

std::string instruction_set_problem() {
    const char* const wanted = wanted_table();
    if (wanted == nullptr || find_cpu_kernels(wanted) != nullptr) return {};
    std::string problem =
        std::string(kInstructionSetVariable) + " asks for '" + wanted + "', which this processor or this build does not have; it has";
    for (const CpuKernels* table : supported_cpu_kernels())
        problem += (table == supported_cpu_kernels().front() ? " " : ", ") + std::string(table->id);
    return problem;
}

const CpuKernels& f32_cpu_kernels() noexcept {
    if (cpu_kernels().matrix_unit == nullptr) return cpu_kernels();
    const auto supported = supported_cpu_kernels();
    return **std::find_if(supported.rbegin(), supported.rend(), [](const CpuKernels* table) { return table->matrix_unit == nullptr; });
}

const CpuKernels* find_cpu_kernels(std::string_view id) noexcept {
    const auto supported = supported_cpu_kernels();
    const auto found = std::ranges::find(supported, id, [](const CpuKernels* table) { return table->id; });
    return found == supported.end() ? nullptr : *found;
}

bool matmul_supports(DType weight) noexcept {
    return weight == DType::f32 || weight == DType::f16 || weight == DType::bf16 || dtype_traits(weight).quantized;
}

void softmax(const CpuKernels& kernels, float* x, size_t n) noexcept {
    const float max = kernels.max_f32(x, n);
    if (!std::isfinite(max)) {
        std::fill(x, x + n, 0.0f);
        return;
    }
    kernels.scale_f32(1.0f / kernels.exp_sum(x, n, max), x, n);
}

}  // namespace soliloquy
