/// engine/tokenizer/merge_list.h: the list of merges of a file, earlier ones first.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/result.h"
#include "engine/gguf/gguf_file.h"
#include "engine/tokenizer/merge_table.h"

namespace soliloquy {

inline constexpr size_t kMaxMerges = size_t{kMaxRank} + 1;

/// tokenizer.ggml.merges; the views live as long as the file.
Result<std::vector<std::string_view>> read_merges(const GgufFile& file);

Status check_merge_count(size_t count);

/// The two texts of merges[rank], which has one space between them (the first half may begin with one).
Result<std::pair<std::string_view, std::string_view>> halves_of_merge(std::span<const std::string_view> merges, size_t rank);

}  // namespace soliloquy
