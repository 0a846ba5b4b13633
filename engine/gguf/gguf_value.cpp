/// engine/gguf/gguf_value.cpp: names and sizes of metadata types, numbers out of arrays.
#include "engine/gguf/gguf_value.h"

#include <bit>
#include <cstring>

namespace soliloquy {

static_assert(std::endian::native == std::endian::little, "GGUF files are read in place as little endian");

namespace {

template <typename T>
T load(const std::byte* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof(T));
    return value;
}

/// Calls f with item i as its own C++ type; fallback for items that are no numbers.
template <typename R, typename F>
R visit_number(const GgufArray& array, uint64_t i, F&& f) noexcept {
    const size_t size = gguf_type_bytes(array.item_type);
    if (size == 0 || i >= array.count || i >= array.bytes.size() / size) return R{};
    const std::byte* at = array.bytes.data() + static_cast<size_t>(i) * size;
    switch (array.item_type) {
        case GgufType::uint8:
            return f(load<uint8_t>(at));
        case GgufType::int8:
            return f(load<int8_t>(at));
        case GgufType::uint16:
            return f(load<uint16_t>(at));
        case GgufType::int16:
            return f(load<int16_t>(at));
        case GgufType::uint32:
            return f(load<uint32_t>(at));
        case GgufType::int32:
            return f(load<int32_t>(at));
        case GgufType::float32:
            return f(load<float>(at));
        case GgufType::boolean:
            return f(load<uint8_t>(at));
        case GgufType::uint64:
            return f(load<uint64_t>(at));
        case GgufType::int64:
            return f(load<int64_t>(at));
        case GgufType::float64:
            return f(load<double>(at));
        case GgufType::string:
        case GgufType::array:
            break;
    }
    return R{};
}

/// Truncates; what int64_t cannot hold becomes the nearest value it can, NaN becomes 0.
int64_t saturate(double value) noexcept {
    if (!(value == value)) return 0;
    if (value >= 0x1p63) return INT64_MAX;
    if (value < -0x1p63) return INT64_MIN;
    return static_cast<int64_t>(value);
}

}  // namespace

std::string_view gguf_type_name(GgufType type) noexcept {
    switch (type) {
        case GgufType::uint8:
            return "uint8";
        case GgufType::int8:
            return "int8";
        case GgufType::uint16:
            return "uint16";
        case GgufType::int16:
            return "int16";
        case GgufType::uint32:
            return "uint32";
        case GgufType::int32:
            return "int32";
        case GgufType::float32:
            return "float32";
        case GgufType::boolean:
            return "bool";
        case GgufType::string:
            return "string";
        case GgufType::array:
            return "array";
        case GgufType::uint64:
            return "uint64";
        case GgufType::int64:
            return "int64";
        case GgufType::float64:
            return "float64";
    }
    return "unknown type";
}

size_t gguf_type_bytes(GgufType type) noexcept {
    switch (type) {
        case GgufType::uint8:
        case GgufType::int8:
        case GgufType::boolean:
            return 1;
        case GgufType::uint16:
        case GgufType::int16:
            return 2;
        case GgufType::uint32:
        case GgufType::int32:
        case GgufType::float32:
            return 4;
        case GgufType::uint64:
        case GgufType::int64:
        case GgufType::float64:
            return 8;
        case GgufType::string:
        case GgufType::array:
            break;
    }
    return 0;
}

double GgufArray::number(uint64_t i) const noexcept {
    return visit_number<double>(*this, i, [](auto value) { return static_cast<double>(value); });
}

int64_t GgufArray::integer(uint64_t i) const noexcept {
    return visit_number<int64_t>(*this, i, [](auto value) {
        if constexpr (std::is_floating_point_v<decltype(value)>) {
            return saturate(value);
        } else if constexpr (std::is_same_v<decltype(value), uint64_t>) {
            return value > INT64_MAX ? INT64_MAX : static_cast<int64_t>(value);
        } else {
            return static_cast<int64_t>(value);
        }
    });
}

}  // namespace soliloquy
