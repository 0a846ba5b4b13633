/// engine/tokenizer/merge_list.cpp: reads and checks tokenizer.ggml.merges.
#include "engine/tokenizer/merge_list.h"

#include <new>
#include <string>

#include "engine/tokenizer/vocabulary.h"

namespace soliloquy {
namespace {

Error invalid(std::string message) { return {ErrorCode::invalid_file, "tokenizer.ggml.merges" + std::move(message)}; }

}  // namespace

Result<std::vector<std::string_view>> read_merges(const GgufFile& file) try {
    const GgufValue* value = file.find("tokenizer.ggml.merges");
    if (value == nullptr) return invalid(" is missing: a BPE vocabulary cannot be used without");
    const auto* array = std::get_if<GgufArray>(&value->value);
    if (array == nullptr || array->item_type != GgufType::string) {
        return invalid(": expected an array of strings, found " +
                       std::string(gguf_type_name(array == nullptr ? value->type : array->item_type)));
    }
    RETURN_IF_ERROR(check_merge_count(array->count));
    std::vector<std::string_view> merges;
    merges.reserve(array->count);
    array->for_each_string([&](std::string_view merge) { merges.push_back(merge); });
    return merges;
} catch (const std::bad_alloc&) {
    return Error{ErrorCode::out_of_memory, "not enough memory for the merges of the vocabulary"};
}

Status check_merge_count(size_t count) {
    if (count <= kMaxMerges) return {};
    return invalid(": expected at most " + std::to_string(kMaxMerges) + " merges, found " + std::to_string(count));
}

Result<std::pair<std::string_view, std::string_view>> halves_of_merge(std::span<const std::string_view> merges, size_t rank) {
    const std::string_view merge = merges[rank];
    const size_t space = merge.find(' ', 1);
    if (space == std::string_view::npos || space + 1 >= merge.size() || merge.size() > Vocabulary::kMaxTokenBytes) {
        return invalid(": merge " + std::to_string(rank) + " is not two texts with a space between them");
    }
    return std::pair(merge.substr(0, space), merge.substr(space + 1));
}

}  // namespace soliloquy
