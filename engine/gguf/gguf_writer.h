/// engine/gguf/gguf_writer.h: writes GGUF v3 files for tests and tools; what it writes, GgufFile reads.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/dtype.h"
#include "engine/core/result.h"
#include "engine/gguf/gguf_value.h"

namespace soliloquy {

/// Collects entries and tensors in the order of the calls. Everything is copied; bytes() and write() may be called again.
class GgufWriter {
  public:
    /// general.alignment is written as an entry when it is not the default 32.
    explicit GgufWriter(uint32_t alignment = 32);

    void add_uint8(std::string_view key, uint8_t value) { add_scalar(key, GgufType::uint8, value); }
    void add_int8(std::string_view key, int8_t value) { add_scalar(key, GgufType::int8, value); }
    void add_uint16(std::string_view key, uint16_t value) { add_scalar(key, GgufType::uint16, value); }
    void add_int16(std::string_view key, int16_t value) { add_scalar(key, GgufType::int16, value); }
    void add_uint32(std::string_view key, uint32_t value) { add_scalar(key, GgufType::uint32, value); }
    void add_int32(std::string_view key, int32_t value) { add_scalar(key, GgufType::int32, value); }
    void add_uint64(std::string_view key, uint64_t value) { add_scalar(key, GgufType::uint64, value); }
    void add_int64(std::string_view key, int64_t value) { add_scalar(key, GgufType::int64, value); }
    void add_float32(std::string_view key, float value) { add_scalar(key, GgufType::float32, value); }
    void add_float64(std::string_view key, double value) { add_scalar(key, GgufType::float64, value); }
    void add_bool(std::string_view key, bool value) { add_scalar(key, GgufType::boolean, static_cast<uint8_t>(value)); }
    void add_string(std::string_view key, std::string_view value);
    void add_string_array(std::string_view key, std::span<const std::string> values);
    void add_uint8_array(std::string_view key, std::span<const uint8_t> v) { add_array(key, GgufType::uint8, v); }
    void add_int8_array(std::string_view key, std::span<const int8_t> v) { add_array(key, GgufType::int8, v); }
    void add_uint16_array(std::string_view key, std::span<const uint16_t> v) { add_array(key, GgufType::uint16, v); }
    void add_int16_array(std::string_view key, std::span<const int16_t> v) { add_array(key, GgufType::int16, v); }
    void add_uint32_array(std::string_view key, std::span<const uint32_t> v) { add_array(key, GgufType::uint32, v); }
    void add_int32_array(std::string_view key, std::span<const int32_t> v) { add_array(key, GgufType::int32, v); }
    void add_uint64_array(std::string_view key, std::span<const uint64_t> v) { add_array(key, GgufType::uint64, v); }
    void add_int64_array(std::string_view key, std::span<const int64_t> v) { add_array(key, GgufType::int64, v); }
    void add_float32_array(std::string_view key, std::span<const float> v) { add_array(key, GgufType::float32, v); }
    void add_float64_array(std::string_view key, std::span<const double> v) { add_array(key, GgufType::float64, v); }
    /// One byte per item, 0 or 1.
    void add_bool_array(std::string_view key, std::span<const uint8_t> v) { add_array(key, GgufType::boolean, v); }

    /// dims in ggml order, dims[0] contiguous, 1 to 4 of them; data are the bytes of all rows. An Error when they do not agree.
    Status add_tensor(std::string_view name, DType type, std::span<const uint64_t> dims, std::span<const std::byte> data);

    [[nodiscard]] std::vector<std::byte> bytes() const;
    [[nodiscard]] Status write(const std::filesystem::path& path) const;

  private:
    struct Tensor {
        std::string name;
        DType type = DType::f32;
        std::vector<uint64_t> dims;
        std::vector<std::byte> data;
    };

    template <typename T>
    void add_scalar(std::string_view key, GgufType type, T value) {
        begin_entry(key, type);
        append(&value, sizeof(value));
    }
    template <typename T>
    void add_array(std::string_view key, GgufType type, std::span<const T> values) {
        begin_array(key, type, values.size());
        append(values.data(), values.size_bytes());
    }
    void begin_entry(std::string_view key, GgufType type);
    void begin_array(std::string_view key, GgufType type, uint64_t count);
    void append(const void* data, size_t size);

    uint32_t alignment_;
    uint64_t n_entries_ = 0;
    std::vector<std::byte> entries_;  // encoded
    std::vector<Tensor> tensors_;
};

}  // namespace soliloquy
