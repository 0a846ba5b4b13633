/// engine/quant/codebooks.h: the fixed tables that IQ and MXFP4 blocks index. They are part of the GGUF file format: a file
/// that uses these types can be read with exactly these numbers only.
///
/// Provenance: the tables published with the format (ggml, MIT licence), taken as numbers through its Python reference reader
/// (the Python package gguf) and stored in our own packing: one 16-bit number per group, 2 or 3 bits per magnitude (codebooks.cpp).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace soliloquy {

// Groups of magnitudes, one byte each, the first in the lowest byte.
extern const std::array<uint64_t, 256> kIq2XxsGrid;
extern const std::array<uint64_t, 512> kIq2XsGrid;
extern const std::array<uint64_t, 1024> kIq2SGrid;
extern const std::array<uint32_t, 256> kIq3XxsGrid;
extern const std::array<uint32_t, 512> kIq3SGrid;
/// Bytes are int8_t -1, 0 or 1; for IQ1_S and IQ1_M.
extern const std::array<uint64_t, 2048> kIq1Grid;

/// Levels of IQ4_NL and IQ4_XS.
inline constexpr std::array<int8_t, 16> kIq4NlValues = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
/// Twice the E2M1 numbers: sign, two exponent bits, one mantissa bit.
inline constexpr std::array<int8_t, 16> kMxfp4Values = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// Eight sign bits out of seven stored ones: the eighth makes their number even.
[[nodiscard]] constexpr uint8_t iq_signs(unsigned seven_bits) noexcept {
    return static_cast<uint8_t>(seven_bits | (static_cast<unsigned>(std::popcount(seven_bits) & 1) << 7));
}

}  // namespace soliloquy
