/// engine/gguf/gguf_file.h: reads the header of a GGUF file (v2, v3, little endian); every number is checked against the
/// real size of the file before it is used. Format: ggml's docs/gguf.md.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "engine/core/dtype.h"
#include "engine/core/mapped_file.h"
#include "engine/core/result.h"
#include "engine/gguf/gguf_value.h"

namespace soliloquy {

struct GgufHeader;

struct GgufTensor {
    std::string_view name;
    DType type = DType::f32;
    uint32_t n_dims = 0;
    std::array<uint64_t, 4> dims{1, 1, 1, 1};  ///< ggml order: dims[0] is contiguous
    std::span<const std::byte> data;           ///< inside the mapping, aligned
    [[nodiscard]] uint64_t elements() const noexcept { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

struct GgufEntry {
    std::string_view key;
    GgufValue value;
};

class GgufFile {
  public:
    /// Maps and checks the file. All parts of a split file (-00001-of-0000N) are opened with the first: metadata is that of
    /// the first part, tensors are those of all parts. Opening another part is an Error that names the first.
    static Result<GgufFile> open(const std::filesystem::path& path);
    /// The same over memory that outlives the result, for tests and fuzzing; one part of a split file is taken as it is.
    /// Tensor data are as aligned as `bytes` and general.alignment make them.
    static Result<GgufFile> parse(std::span<const std::byte> bytes);

    [[nodiscard]] uint32_t version() const noexcept { return version_; }
    [[nodiscard]] uint64_t file_bytes() const noexcept { return file_bytes_; }
    [[nodiscard]] std::span<const GgufEntry> entries() const noexcept { return entries_; }
    [[nodiscard]] std::span<const GgufTensor> tensors() const noexcept { return tensors_; }
    [[nodiscard]] const GgufValue* find(std::string_view key) const noexcept;
    [[nodiscard]] const GgufTensor* find_tensor(std::string_view name) const noexcept;

    /// Required values: an Error names the key, the type expected and the one found. Integers convert between widths when they fit.
    [[nodiscard]] Result<uint64_t> get_uint(std::string_view key) const;
    [[nodiscard]] Result<double> get_float(std::string_view key) const;
    [[nodiscard]] Result<bool> get_bool(std::string_view key) const;
    [[nodiscard]] Result<std::string_view> get_string(std::string_view key) const;
    /// Optional values: `fallback` when the key is absent, still an Error when it has another type.
    [[nodiscard]] Result<uint64_t> get_uint_or(std::string_view key, uint64_t fallback) const;
    [[nodiscard]] Result<double> get_float_or(std::string_view key, double fallback) const;
    [[nodiscard]] Result<bool> get_bool_or(std::string_view key, bool fallback) const;
    [[nodiscard]] Result<std::string_view> get_string_or(std::string_view key, std::string_view fallback) const;

  private:
    static GgufFile adopt(GgufHeader header);
    Status open_other_parts(const std::filesystem::path& first);
    Status index_tensors();

    std::vector<MappedFile> files_;
    std::vector<GgufEntry> entries_;   // sorted by key
    std::vector<GgufTensor> tensors_;  // in the order of the file
    std::vector<uint32_t> by_name_;    // indices of tensors_, sorted by name
    uint32_t version_ = 0;
    uint64_t file_bytes_ = 0;  // of all parts
};

}  // namespace soliloquy
