/// engine/gguf/gguf_header.h: the bounded parser of one GGUF file: metadata, tensor records, where their data lie.
///   file = "GGUF" version:u32 n_tensors:u64 n_entries:u64 entry[n_entries] tensor[n_tensors] padding data
///   entry = key:string type:u32 value          string = length:u64 bytes          array = item_type:u32 count:u64 items
///   tensor = name:string n_dims:u32 dims:u64[n_dims] type:u32 offset:u64        offset counts from the start of data
/// Source: ggml's docs/gguf.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"
#include "engine/gguf/gguf_file.h"

namespace soliloquy {

inline constexpr uint64_t kGgufMaxKeyBytes = 65535;        // the specification's limit
inline constexpr uint64_t kGgufMaxTensorNameBytes = 64;    // the specification's limit
inline constexpr uint64_t kGgufMaxRecords = 1ull << 20;    // entries, and tensors: ten times the largest model known
inline constexpr uint64_t kGgufDefaultAlignment = 32;      // without general.alignment
inline constexpr uint64_t kGgufMaxAlignment = 1ull << 20;  // far above any page, far below what could hide data

struct GgufHeader {
    uint32_t version = 0;
    std::vector<GgufEntry> entries;   ///< sorted by key, no key twice
    std::vector<GgufTensor> tensors;  ///< in the order of the file; data checked to lie in the file, apart from each other
};

/// Views in the result point into `file`. Time is linear in the size of the header (n log n in keys and tensors); memory is
/// bounded by a small multiple of the file's size, whatever its counts say. Names of tensors are checked by the caller,
/// who knows all parts. May throw std::bad_alloc.
Result<GgufHeader> parse_gguf_header(std::span<const std::byte> file);

/// A name out of a file as it may stand in a message: quoted, at most about 80 bytes, other than printable ASCII as \xNN.
[[nodiscard]] std::string quoted_for_message(std::string_view text);

}  // namespace soliloquy
