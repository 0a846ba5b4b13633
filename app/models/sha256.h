/// app/models/sha256.h: SHA-256 (FIPS 180-4) of bytes as they come, and of files.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "engine/core/result.h"

namespace soliloquy::models {

class Sha256 {
  public:
    void add(std::span<const std::byte> bytes) noexcept;
    /// 64 lower-case hexadecimal digits. Once.
    [[nodiscard]] std::string finish();

  private:
    void block(const uint8_t* bytes) noexcept;

    std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<uint8_t, 64> rest_{};
    uint64_t bytes_ = 0;
};

/// `progress` is called with 0..1 about every 8 MiB; returning false is ErrorCode::cancelled.
[[nodiscard]] Result<std::string> sha256_of_file(const std::filesystem::path& path, const std::function<bool(double)>& progress = {});

}  // namespace soliloquy::models
