/// engine/core/dtype.h: the element types of tensors, with the numbers that GGUF gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace soliloquy {

/// Values are ggml's type ids, as stored in a GGUF tensor record.
enum class DType : uint32_t {
    f32 = 0,
    f16 = 1,
    q4_0 = 2,
    q4_1 = 3,
    q5_0 = 6,
    q5_1 = 7,
    q8_0 = 8,
    q2_k = 10,
    q3_k = 11,
    q4_k = 12,
    q5_k = 13,
    q6_k = 14,
    iq2_xxs = 16,
    iq2_xs = 17,
    iq3_xxs = 18,
    iq1_s = 19,
    iq4_nl = 20,
    iq3_s = 21,
    iq2_s = 22,
    iq4_xs = 23,
    i8 = 24,
    i16 = 25,
    i32 = 26,
    i64 = 27,
    f64 = 28,
    iq1_m = 29,
    bf16 = 30,
    mxfp4 = 39,
};

/// How a type is laid out: `block_elements` numbers in `block_bytes` bytes.
struct DTypeTraits {
    std::string_view name;  ///< as users know it: "Q4_K", "F16"
    uint32_t block_elements = 1;
    uint32_t block_bytes = 0;
    bool quantized = false;
};

/// nullopt for an id that this program does not know at all.
[[nodiscard]] std::optional<DTypeTraits> dtype_traits(uint32_t ggml_type_id) noexcept;
[[nodiscard]] const DTypeTraits& dtype_traits(DType type) noexcept;
/// A name for any id: the known name, the name of a known type that we do not read ("TQ1_0"), or "type 47".
[[nodiscard]] std::string_view dtype_name_or_unknown(uint32_t ggml_type_id) noexcept;
/// Bytes of a row of `elements` numbers; `elements` must be a multiple of the block.
[[nodiscard]] inline size_t row_bytes(DType type, size_t elements) noexcept {
    const auto& traits = dtype_traits(type);
    return elements / traits.block_elements * traits.block_bytes;
}

}  // namespace soliloquy
