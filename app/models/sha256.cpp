/// app/models/sha256.cpp: the compression function of FIPS 180-4, section 6.2.
///   T1 = h + S1(e) + Ch(e, f, g) + K[t] + W[t]     T2 = S0(a) + Maj(a, b, c)     (h..a) = (g, f, e, d + T1, c, b, a, T1 + T2)
#include "app/models/sha256.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

namespace soliloquy::models {
namespace {

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<uint32_t, 64> kK{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr size_t kReadBytes = size_t{8} << 20;

}  // namespace

void Sha256::block(const uint8_t* bytes) noexcept {
    std::array<uint32_t, 64> w;
    for (size_t t = 0; t < 16; ++t) {
        w[t] = uint32_t{bytes[4 * t]} << 24 | uint32_t{bytes[4 * t + 1]} << 16 | uint32_t{bytes[4 * t + 2]} << 8 | bytes[4 * t + 3];
    }
    for (size_t t = 16; t < 64; ++t) {
        const uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
        const uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (size_t t = 0; t < 64; ++t) {
        const uint32_t t1 = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + kK[t] + w[t];
        const uint32_t t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const std::array<uint32_t, 8> added{a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; ++i) state_[i] += added[i];
}

void Sha256::add(std::span<const std::byte> bytes) noexcept {
    const auto* next = reinterpret_cast<const uint8_t*>(bytes.data());
    size_t left = bytes.size();
    const size_t held = bytes_ % 64;
    bytes_ += left;
    if (held > 0) {
        const size_t taken = std::min(left, 64 - held);
        std::memcpy(rest_.data() + held, next, taken);
        if (held + taken < 64) return;
        block(rest_.data());
        next += taken;
        left -= taken;
    }
    for (; left >= 64; next += 64, left -= 64) block(next);
    if (left > 0) std::memcpy(rest_.data(), next, left);
}

std::string Sha256::finish() {
    const uint64_t bits = bytes_ * 8;
    size_t held = bytes_ % 64;
    rest_[held++] = 0x80;
    if (held > 56) {
        std::fill(rest_.begin() + static_cast<std::ptrdiff_t>(held), rest_.end(), uint8_t{0});
        block(rest_.data());
        held = 0;
    }
    std::fill(rest_.begin() + static_cast<std::ptrdiff_t>(held), rest_.begin() + 56, uint8_t{0});
    for (size_t i = 0; i < 8; ++i) rest_[56 + i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
    block(rest_.data());
    std::string digits;
    for (const uint32_t word : state_) {
        char eight[9];
        std::snprintf(eight, sizeof(eight), "%08x", word);
        digits += eight;
    }
    return digits;
}

Result<std::string> sha256_of_file(const std::filesystem::path& path, const std::function<bool(double)>& progress) {
    std::error_code error;
    const uint64_t size = std::filesystem::file_size(path, error);
    std::ifstream in(path, std::ios::binary);
    if (error || !in) {
        return Error{ErrorCode::io, "cannot read " + path.string() + ": " + (error ? error.message() : std::string(std::strerror(errno)))};
    }
    Sha256 hash;
    std::vector<char> buffer(kReadBytes);
    uint64_t done = 0;
    while (in) {
        in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto got = static_cast<size_t>(in.gcount());
        hash.add(std::as_bytes(std::span(buffer.data(), got)));
        done += got;
        if (progress && !progress(size > 0 ? std::min(1.0, static_cast<double>(done) / static_cast<double>(size)) : 1.0))
            return Error{ErrorCode::cancelled, "the checksum of " + path.filename().string() + " was cancelled"};
    }
    if (in.bad()) return Error{ErrorCode::io, "cannot read all of " + path.string() + "; the drive may have a fault"};
    return hash.finish();
}

}  // namespace soliloquy::models
