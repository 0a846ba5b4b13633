/// engine/core/dtype.cpp: block sizes of every type, from the GGUF specification.
#include "engine/core/dtype.h"

namespace soliloquy {
namespace {

struct Entry {
    DType type;
    DTypeTraits traits;
};

constexpr Entry kTypes[] = {
    {DType::f32, {"F32", 1, 4, false}},           {DType::f16, {"F16", 1, 2, false}},         {DType::bf16, {"BF16", 1, 2, false}},
    {DType::f64, {"F64", 1, 8, false}},           {DType::i8, {"I8", 1, 1, false}},           {DType::i16, {"I16", 1, 2, false}},
    {DType::i32, {"I32", 1, 4, false}},           {DType::i64, {"I64", 1, 8, false}},         {DType::q4_0, {"Q4_0", 32, 18, true}},
    {DType::q4_1, {"Q4_1", 32, 20, true}},        {DType::q5_0, {"Q5_0", 32, 22, true}},      {DType::q5_1, {"Q5_1", 32, 24, true}},
    {DType::q8_0, {"Q8_0", 32, 34, true}},        {DType::q2_k, {"Q2_K", 256, 84, true}},     {DType::q3_k, {"Q3_K", 256, 110, true}},
    {DType::q4_k, {"Q4_K", 256, 144, true}},      {DType::q5_k, {"Q5_K", 256, 176, true}},    {DType::q6_k, {"Q6_K", 256, 210, true}},
    {DType::iq2_xxs, {"IQ2_XXS", 256, 66, true}}, {DType::iq2_xs, {"IQ2_XS", 256, 74, true}}, {DType::iq2_s, {"IQ2_S", 256, 82, true}},
    {DType::iq3_xxs, {"IQ3_XXS", 256, 98, true}}, {DType::iq3_s, {"IQ3_S", 256, 110, true}},  {DType::iq1_s, {"IQ1_S", 256, 50, true}},
    {DType::iq1_m, {"IQ1_M", 256, 56, true}},     {DType::iq4_nl, {"IQ4_NL", 32, 18, true}},  {DType::iq4_xs, {"IQ4_XS", 256, 136, true}},
    {DType::mxfp4, {"MXFP4", 32, 17, true}},
};

struct NameOnly {
    uint32_t id;
    std::string_view name;
};

/// Types that exist in files of others and that this program refuses by name.
constexpr NameOnly kUnread[] = {
    {4, "Q4_2"}, {5, "Q4_3"}, {9, "Q8_1"}, {15, "Q8_K"}, {34, "TQ1_0"}, {35, "TQ2_0"}, {40, "NVFP4"}, {41, "Q1_0"}, {42, "Q2_0"},
};

const Entry* find(uint32_t id) noexcept {
    for (const auto& entry : kTypes) {
        if (static_cast<uint32_t>(entry.type) == id) return &entry;
    }
    return nullptr;
}

}  // namespace

std::optional<DTypeTraits> dtype_traits(uint32_t ggml_type_id) noexcept {
    const Entry* entry = find(ggml_type_id);
    if (entry == nullptr) return std::nullopt;
    return entry->traits;
}

const DTypeTraits& dtype_traits(DType type) noexcept {
    const Entry* entry = find(static_cast<uint32_t>(type));
    return entry != nullptr ? entry->traits : kTypes[0].traits;
}

std::string_view dtype_name_or_unknown(uint32_t ggml_type_id) noexcept {
    if (const Entry* entry = find(ggml_type_id)) return entry->traits.name;
    for (const auto& unread : kUnread) {
        if (unread.id == ggml_type_id) return unread.name;
    }
    return "unknown type";
}

}  // namespace soliloquy
