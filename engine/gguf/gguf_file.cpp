/// engine/gguf/gguf_file.cpp: opens the parts of a file, finds keys and tensors by name.
#include "engine/gguf/gguf_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <new>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "engine/gguf/gguf_header.h"

namespace soliloquy {
namespace {

/// "<stem>-00002-of-00005.gguf"
struct PartName {
    std::string stem;
    uint64_t part = 0;  // from 1
    uint64_t parts = 0;
};

std::string part_file_name(const std::string& stem, uint64_t part, uint64_t parts) {
    char suffix[64];
    std::snprintf(suffix, sizeof(suffix), "-%05llu-of-%05llu.gguf", static_cast<unsigned long long>(part),
                  static_cast<unsigned long long>(parts));
    return stem + suffix;
}

std::optional<PartName> parse_part_name(const std::string& name) {
    static constexpr std::string_view kPattern = "-00000-of-00000.gguf";
    if (name.size() <= kPattern.size()) return std::nullopt;
    const size_t stem = name.size() - kPattern.size();
    PartName parsed{name.substr(0, stem), 0, 0};
    std::from_chars(name.data() + stem + 1, name.data() + stem + 6, parsed.part);
    std::from_chars(name.data() + stem + 10, name.data() + stem + 15, parsed.parts);
    if (part_file_name(parsed.stem, parsed.part, parsed.parts) != name) return std::nullopt;
    return parsed;
}

Error out_of_memory() { return {ErrorCode::out_of_memory, "not enough memory to read the header of the model"}; }

Error wrong_type(std::string_view key, std::string_view expected, const GgufValue& found) {
    return {ErrorCode::invalid_file, "key " + quoted_for_message(key) + " has type " + std::string(gguf_type_name(found.type)) +
                                         "; expected " + std::string(expected)};
}

Error missing(std::string_view key, std::string_view expected) {
    return {ErrorCode::invalid_file,
            "key " + quoted_for_message(key) + " (" + std::string(expected) + ") is missing; is this a complete model file?"};
}

Result<uint64_t> as_uint(std::string_view key, const GgufValue& value) {
    if (const auto* number = std::get_if<uint64_t>(&value.value)) return *number;
    const auto* number = std::get_if<int64_t>(&value.value);
    if (number == nullptr) return wrong_type(key, "an integer", value);
    if (*number < 0) {
        return Error{ErrorCode::invalid_file, "key " + quoted_for_message(key) + " is " + std::to_string(*number) + "; expected 0 or more"};
    }
    return static_cast<uint64_t>(*number);
}

template <typename T>
Result<T> as(std::string_view key, const GgufValue& value, std::string_view expected) {
    if (const auto* held = std::get_if<T>(&value.value)) return *held;
    return wrong_type(key, expected, value);
}

}  // namespace

GgufFile GgufFile::adopt(GgufHeader header) {
    GgufFile file;
    file.version_ = header.version;
    file.entries_ = std::move(header.entries);
    file.tensors_ = std::move(header.tensors);
    return file;
}

Result<GgufFile> GgufFile::open(const std::filesystem::path& path) {
    try {
        const std::string name = path.filename().string();
        ASSIGN_OR_RETURN(MappedFile mapped, MappedFile::open(path));
        auto header = parse_gguf_header(mapped.bytes());
        if (!header.ok()) return header.error().within(name);
        GgufFile file = adopt(std::move(header).value());
        file.file_bytes_ = mapped.bytes().size();
        file.files_.push_back(std::move(mapped));
        if (auto status = file.open_other_parts(path); !status.ok()) return status.error().within(name);
        if (auto status = file.index_tensors(); !status.ok()) return status.error().within(name);
        return file;
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    } catch (const std::exception& failure) {  // std::length_error, filesystem_error: conversions of odd paths
        return Error{ErrorCode::io, failure.what()};
    }
}

Result<GgufFile> GgufFile::parse(std::span<const std::byte> bytes) {
    try {
        ASSIGN_OR_RETURN(GgufHeader header, parse_gguf_header(bytes));
        GgufFile file = adopt(std::move(header));
        file.file_bytes_ = bytes.size();
        RETURN_IF_ERROR(file.index_tensors());
        return file;
    } catch (const std::bad_alloc&) {
        return out_of_memory();
    } catch (const std::length_error&) {
        return out_of_memory();
    }
}

Status GgufFile::open_other_parts(const std::filesystem::path& first) {
    ASSIGN_OR_RETURN(const uint64_t parts, get_uint_or("split.count", 1));
    ASSIGN_OR_RETURN(const uint64_t part, get_uint_or("split.no", 0));
    if (parts <= 1) return Status::success();
    const auto name = parse_part_name(first.filename().string());
    if (part != 0) {
        const std::string wanted = name ? quoted_for_message(part_file_name(name->stem, 1, parts)) : "the part numbered 00001";
        return Error{ErrorCode::invalid_argument,
                     "this is part " + std::to_string(part + 1) + " of " + std::to_string(parts) + "; open the first part, " + wanted};
    }
    if (!name || name->part != 1 || name->parts != parts) {
        return Error{ErrorCode::invalid_file, "this is the first of " + std::to_string(parts) + " parts; expected a name that ends with " +
                                                  quoted_for_message(part_file_name("", 1, parts)) + ": give the parts their names back"};
    }
    ASSIGN_OR_RETURN(const uint64_t n_tensors, get_uint_or("split.tensors.count", 0));
    for (uint64_t i = 1; i < parts; ++i) {
        const std::string other = part_file_name(name->stem, i + 1, parts);
        auto mapped = MappedFile::open(first.parent_path() / other);
        if (!mapped.ok()) {
            return mapped.error().within("part " + std::to_string(i + 1) + " of " + std::to_string(parts) + " must lie beside the first");
        }
        auto header = parse_gguf_header(mapped->bytes());
        if (!header.ok()) return header.error().within(other);
        const GgufFile section = adopt(std::move(header).value());
        ASSIGN_OR_RETURN(const uint64_t its_part, section.get_uint_or("split.no", 0));
        ASSIGN_OR_RETURN(const uint64_t its_parts, section.get_uint_or("split.count", 0));
        if (its_part != i || its_parts != parts) {
            return Error{ErrorCode::invalid_file, other + ": says that it is part " + std::to_string(its_part + 1) + " of " +
                                                      std::to_string(its_parts) + "; expected part " + std::to_string(i + 1) + " of " +
                                                      std::to_string(parts)};
        }
        tensors_.insert(tensors_.end(), section.tensors_.begin(), section.tensors_.end());
        file_bytes_ += mapped->bytes().size();
        files_.push_back(std::move(*mapped));
    }
    if (n_tensors != 0 && n_tensors != tensors_.size()) {
        return Error{ErrorCode::invalid_file, "all " + std::to_string(parts) + " parts together have " + std::to_string(tensors_.size()) +
                                                  " tensors; expected " + std::to_string(n_tensors) + " (split.tensors.count)"};
    }
    return Status::success();
}

Status GgufFile::index_tensors() {
    by_name_.resize(tensors_.size());
    std::iota(by_name_.begin(), by_name_.end(), 0u);
    std::sort(by_name_.begin(), by_name_.end(), [this](uint32_t a, uint32_t b) { return tensors_[a].name < tensors_[b].name; });
    const auto twice = std::adjacent_find(by_name_.begin(), by_name_.end(),
                                          [this](uint32_t a, uint32_t b) { return tensors_[a].name == tensors_[b].name; });
    if (twice != by_name_.end()) {
        return Error{ErrorCode::invalid_file, "tensor " + quoted_for_message(tensors_[*twice].name) + " occurs twice"};
    }
    return Status::success();
}

const GgufValue* GgufFile::find(std::string_view key) const noexcept {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), key,
                                     [](const GgufEntry& entry, std::string_view wanted) { return entry.key < wanted; });
    return at != entries_.end() && at->key == key ? &at->value : nullptr;
}

const GgufTensor* GgufFile::find_tensor(std::string_view name) const noexcept {
    const auto at = std::lower_bound(by_name_.begin(), by_name_.end(), name,
                                     [this](uint32_t index, std::string_view wanted) { return tensors_[index].name < wanted; });
    return at != by_name_.end() && tensors_[*at].name == name ? &tensors_[*at] : nullptr;
}

Result<uint64_t> GgufFile::get_uint(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return missing(key, "an integer");
    return as_uint(key, *value);
}

Result<double> GgufFile::get_float(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return missing(key, "a float");
    return as<double>(key, *value, "a float");
}

Result<bool> GgufFile::get_bool(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return missing(key, "a bool");
    return as<bool>(key, *value, "a bool");
}

Result<std::string_view> GgufFile::get_string(std::string_view key) const {
    const GgufValue* value = find(key);
    if (value == nullptr) return missing(key, "a string");
    return as<std::string_view>(key, *value, "a string");
}

Result<uint64_t> GgufFile::get_uint_or(std::string_view key, uint64_t fallback) const {
    return find(key) != nullptr ? get_uint(key) : Result<uint64_t>(fallback);
}

Result<double> GgufFile::get_float_or(std::string_view key, double fallback) const {
    return find(key) != nullptr ? get_float(key) : Result<double>(fallback);
}

Result<bool> GgufFile::get_bool_or(std::string_view key, bool fallback) const {
    return find(key) != nullptr ? get_bool(key) : Result<bool>(fallback);
}

Result<std::string_view> GgufFile::get_string_or(std::string_view key, std::string_view fallback) const {
    return find(key) != nullptr ? get_string(key) : Result<std::string_view>(fallback);
}

}  // namespace soliloquy
