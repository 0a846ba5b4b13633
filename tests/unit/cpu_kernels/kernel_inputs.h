/// tests/unit/cpu_kernels/kernel_inputs.h: weights of every type made of random bits, and memory that notices being overrun.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "engine/core/dtype.h"
#include "engine/core/float16.h"

namespace soliloquy {

/// Bytes whose end touches a page that may not be read.
class GuardedBytes {
  public:
    explicit GuardedBytes(size_t size) : size_(size) {
        const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
        mapped_ = (size + page - 1) / page * page + page;
        base_ = static_cast<std::byte*>(mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (base_ == MAP_FAILED) std::abort();
        if (mprotect(base_ + mapped_ - page, page, PROT_NONE) != 0) std::abort();
        data_ = base_ + mapped_ - page - size;
    }
    ~GuardedBytes() { munmap(base_, mapped_); }
    GuardedBytes(const GuardedBytes&) = delete;
    GuardedBytes& operator=(const GuardedBytes&) = delete;
    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] size_t size() const { return size_; }

  private:
    size_t size_, mapped_ = 0;
    std::byte* base_ = nullptr;
    std::byte* data_ = nullptr;
};

using Random = std::mt19937;

inline std::vector<float> random_floats(Random& random, size_t n, float scale = 1.0f) {
    std::normal_distribution<float> normal(0.0f, scale);
    std::vector<float> out(n);
    for (float& v : out) v = normal(random);
    return out;
}

inline void put_half(std::byte* p, float value) {
    const uint16_t half = f32_to_f16(value);
    std::memcpy(p, &half, 2);
}

/// n weights of `type` at `out`: every bit pattern of the codes occurs, scales are of the size that models have.
inline void random_weights(DType type, Random& random, std::byte* out, size_t n) {
    std::uniform_real_distribution<float> scale(0.002f, 0.02f);
    if (type == DType::f32) {
        const auto values = random_floats(random, n);
        std::memcpy(out, values.data(), n * sizeof(float));
        return;
    }
    if (type == DType::f16 || type == DType::bf16) {
        for (size_t i = 0; i < n; ++i) {
            const float value = std::normal_distribution<float>()(random);
            const uint16_t bits = type == DType::f16 ? f32_to_f16(value) : f32_to_bf16(value);
            std::memcpy(out + 2 * i, &bits, 2);
        }
        return;
    }
    const auto& traits = dtype_traits(type);
    for (size_t b = 0; b < n / traits.block_elements; ++b) {
        std::byte* block = out + b * traits.block_bytes;
        for (size_t i = 0; i < traits.block_bytes; ++i) block[i] = static_cast<std::byte>(random());
        const float sign = (random() & 1u) != 0 ? 1.0f : -1.0f;
        switch (type) {
            case DType::q4_1:
            case DType::q5_1:
            case DType::q4_k:
            case DType::q5_k:
                put_half(block, scale(random));
                put_half(block + 2, sign * scale(random));
                break;
            case DType::q2_k:
                put_half(block + 80, scale(random));
                put_half(block + 82, scale(random));
                break;
            case DType::q3_k:
                put_half(block + 108, sign * scale(random));
                break;
            case DType::q6_k:
                put_half(block + 208, sign * scale(random));
                break;
            case DType::mxfp4:
                block[0] = static_cast<std::byte>(b % 5 == 4 ? random() % 2 : 115 + random() % 12);
                break;
            case DType::iq1_m: {  // the half d is spread over the top nibbles of four words
                const uint16_t d = f32_to_f16(scale(random));
                for (unsigned w = 0; w < 4; ++w) {
                    std::byte& high = block[48 + 2 * w + 1];
                    high = (high & std::byte{0x0f}) | static_cast<std::byte>((d >> (4 * w) & 15) << 4);
                }
                break;
            }
            default:
                put_half(block, sign * scale(random));
                break;
        }
    }
}

inline constexpr DType kAllWeightTypes[] = {
    DType::f32,     DType::f16,    DType::bf16,  DType::q4_0,    DType::q4_1,  DType::q5_0,   DType::q5_1,   DType::q8_0,
    DType::q2_k,    DType::q3_k,   DType::q4_k,  DType::q5_k,    DType::q6_k,  DType::iq4_nl, DType::iq4_xs, DType::mxfp4,
    DType::iq2_xxs, DType::iq2_xs, DType::iq2_s, DType::iq3_xxs, DType::iq3_s, DType::iq1_s,  DType::iq1_m,
};

/// sum (a - b)^2 / sum b^2
inline double nmse(std::span<const float> a, std::span<const double> b) {
    double error = 0.0, power = 0.0;
    for (size_t i = 0; i < a.size(); ++i) {
        error += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
        power += b[i] * b[i];
    }
    return power > 0.0 ? error / power : error;
}

}  // namespace soliloquy
