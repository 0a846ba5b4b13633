/// engine/gguf/gguf_header.cpp: reads one header front to back; no number of the file is used before it was compared with
/// the bytes that are really there.
#include "engine/gguf/gguf_header.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "engine/gguf/gguf_cursor.h"

namespace soliloquy {
namespace {

constexpr uint64_t kMinEntryBytes = 8 + 1 + 4 + 1;           // key of one letter, type, value of one byte
constexpr uint64_t kMinTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;  // name of one letter, one dimension
constexpr uint64_t kMaxElements = INT64_MAX;

/// What other formats begin with, to say what the file is instead of only what it is not.
Error not_gguf(std::span<const std::byte> file) {
    struct Known {
        std::string_view first;
        std::string_view name;
    };
    static constexpr Known kKnown[] = {
        {"lmgg", "a model in ggml's first format; convert it to GGUF"},
        {"fmgg", "a model in the old ggmf format; convert it to GGUF"},
        {"tjgg", "a model in the old ggjt format; convert it to GGUF"},
        {"algg", "an adapter in the old ggla format; convert it to GGUF"},
        {"FUGG", "a GGUF file of another byte order (big endian), which this program does not read"},
        {"PK\x03\x04", "a zip archive or PyTorch checkpoint; convert it to GGUF"},
        {"<!DO", "a web page; the download went wrong"},
        {"<htm", "a web page; the download went wrong"},
        {"vers", "a pointer of Git LFS, not the model itself; fetch the model"},
    };
    if (file.empty()) return {ErrorCode::invalid_file, "the file is empty (0 bytes); expected a GGUF model"};
    const std::string_view start(reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 4));
    for (const auto& known : kKnown) {
        if (start == known.first) return {ErrorCode::invalid_file, "not a GGUF file but " + std::string(known.name)};
    }
    return damaged_at(0, "not a GGUF file: expected the bytes \"GGUF\", found " + quoted_for_message(start));
}

class HeaderParser {
  public:
    explicit HeaderParser(std::span<const std::byte> file) : file_(file), cursor_(file) {}

    Result<GgufHeader> parse() {
        RETURN_IF_ERROR(read_preamble());
        RETURN_IF_ERROR(read_entries());
        RETURN_IF_ERROR(read_alignment());
        RETURN_IF_ERROR(read_tensors());
        RETURN_IF_ERROR(place_tensors());
        return std::move(header_);
    }

  private:
    Status read_preamble();
    Status read_count(std::string_view what, uint64_t min_bytes_each, uint64_t& count);
    Status read_entries();
    Result<GgufEntry> read_entry(const std::string& which);
    Result<GgufValue> read_value(GgufType type, const std::string& what);
    Result<GgufArray> read_array(const std::string& what);
    Status read_alignment();
    Status read_tensors();
    Result<GgufTensor> read_tensor(const std::string& which);
    Status read_dims(const std::string& what, GgufTensor& tensor);
    Status place_tensors();

    std::span<const std::byte> file_;
    GgufCursor cursor_;
    GgufHeader header_;
    uint64_t n_entries_ = 0;
    uint64_t n_tensors_ = 0;
    uint64_t alignment_ = kGgufDefaultAlignment;
    std::vector<uint64_t> offsets_;  // of the tensors, relative to the data section
};

Status HeaderParser::read_preamble() {
    if (file_.size() < 4 || std::memcmp(file_.data(), "GGUF", 4) != 0) return not_gguf(file_);
    RETURN_IF_ERROR(cursor_.read<uint32_t>("the magic"));
    ASSIGN_OR_RETURN(header_.version, cursor_.read<uint32_t>("the version"));
    if (header_.version != 0 && (header_.version & 0xffff) == 0) {
        return Error{ErrorCode::unsupported, "a big endian GGUF file; this program reads little endian files only"};
    }
    if (header_.version == 1)
        return Error{ErrorCode::unsupported, "GGUF version 1; expected 2 or 3: convert the file again with a newer tool"};
    if (header_.version != 2 && header_.version != 3) {
        return Error{ErrorCode::unsupported, "GGUF version " + std::to_string(header_.version) + "; expected 2 or 3"};
    }
    RETURN_IF_ERROR(read_count("tensors", kMinTensorBytes, n_tensors_));
    RETURN_IF_ERROR(read_count("metadata entries", kMinEntryBytes, n_entries_));
    return Status::success();
}

/// The records of tensors come after the entries: their number is bounded here by all that is left, later by what then is.
Status HeaderParser::read_count(std::string_view what, uint64_t min_bytes_each, uint64_t& count) {
    const uint64_t start = cursor_.offset();
    ASSIGN_OR_RETURN(count, cursor_.read<uint64_t>("the number of " + std::string(what)));
    if (count > cursor_.left() / min_bytes_each) {
        return damaged_at(start, std::to_string(count) + " " + std::string(what) + " cannot fit: " + bytes_left(cursor_.left()));
    }
    if (count > kGgufMaxRecords) {
        return damaged_at(start, std::to_string(count) + " " + std::string(what) + "; expected at most " + std::to_string(kGgufMaxRecords));
    }
    return Status::success();
}

Status HeaderParser::read_entries() {
    auto& entries = header_.entries;
    entries.reserve(static_cast<size_t>(n_entries_));
    for (uint64_t i = 0; i < n_entries_; ++i) {
        ASSIGN_OR_RETURN(const GgufEntry entry, read_entry("metadata entry " + std::to_string(i) + " of " + std::to_string(n_entries_)));
        entries.push_back(entry);
    }
    std::sort(entries.begin(), entries.end(), [](const GgufEntry& a, const GgufEntry& b) { return a.key < b.key; });
    const auto twice =
        std::adjacent_find(entries.begin(), entries.end(), [](const GgufEntry& a, const GgufEntry& b) { return a.key == b.key; });
    if (twice != entries.end()) {
        const auto* second = reinterpret_cast<const std::byte*>(std::next(twice)->key.data());
        return damaged_at(static_cast<uint64_t>(second - file_.data()), "key " + quoted_for_message(twice->key) + " occurs twice");
    }
    return Status::success();
}

Result<GgufEntry> HeaderParser::read_entry(const std::string& which) {
    const uint64_t start = cursor_.offset();
    ASSIGN_OR_RETURN(const std::string_view key, cursor_.read_string("the key of " + which, kGgufMaxKeyBytes));
    if (key.empty()) return damaged_at(start, "the key of " + which + " is empty");
    const std::string what = "key " + quoted_for_message(key);
    const uint64_t type_offset = cursor_.offset();
    ASSIGN_OR_RETURN(const uint32_t type, cursor_.read<uint32_t>("the type of " + what));
    if (type > static_cast<uint32_t>(GgufType::float64)) {
        return damaged_at(type_offset, what + " has value type " + std::to_string(type) + "; expected 0 to 12");
    }
    ASSIGN_OR_RETURN(const GgufValue value, read_value(static_cast<GgufType>(type), what));
    return GgufEntry{key, value};
}

Result<GgufValue> HeaderParser::read_value(GgufType type, const std::string& what) {
    const uint64_t start = cursor_.offset();
    if (type == GgufType::string) {
        ASSIGN_OR_RETURN(const std::string_view text, cursor_.read_string("the text of " + what, UINT64_MAX));
        return GgufValue{type, text};
    }
    if (type == GgufType::array) {
        ASSIGN_OR_RETURN(const GgufArray array, read_array(what));
        return GgufValue{type, array};
    }
    ASSIGN_OR_RETURN(const auto bytes, cursor_.take("the value of " + what, gguf_type_bytes(type)));
    const GgufArray one{type, 1, bytes};
    switch (type) {
        case GgufType::float32:
        case GgufType::float64:
            return GgufValue{type, one.number(0)};
        case GgufType::int8:
        case GgufType::int16:
        case GgufType::int32:
        case GgufType::int64:
            return GgufValue{type, one.integer(0)};
        case GgufType::uint64: {
            uint64_t value = 0;
            std::memcpy(&value, bytes.data(), sizeof(value));
            return GgufValue{type, value};
        }
        case GgufType::boolean:
            if (one.integer(0) > 1)
                return damaged_at(start, what + " is a bool of value " + std::to_string(one.integer(0)) + "; expected 0 or 1");
            return GgufValue{type, one.integer(0) != 0};
        default:
            return GgufValue{type, static_cast<uint64_t>(one.integer(0))};
    }
}

Result<GgufArray> HeaderParser::read_array(const std::string& what) {
    const uint64_t start = cursor_.offset();
    ASSIGN_OR_RETURN(const uint32_t type_id, cursor_.read<uint32_t>("the item type of " + what));
    const auto type = static_cast<GgufType>(type_id);
    if (type == GgufType::array) return damaged_at(start, what + " is an array of arrays, which this program does not read");
    if (type_id > static_cast<uint32_t>(GgufType::float64)) {
        return damaged_at(start, what + " is an array of type " + std::to_string(type_id) + "; expected 0 to 12");
    }
    ASSIGN_OR_RETURN(const uint64_t count, cursor_.read<uint64_t>("the item count of " + what));
    const uint64_t each = type == GgufType::string ? sizeof(uint64_t) : gguf_type_bytes(type);
    if (count > cursor_.left() / each) {
        return damaged_at(start, what + " has " + std::to_string(count) + " items of type " + std::string(gguf_type_name(type)) + ", " +
                                     bytes_left(cursor_.left()));
    }
    if (type == GgufType::string) {
        ASSIGN_OR_RETURN(const auto strings, cursor_.take_strings(what, count));
        return GgufArray{type, count, strings};
    }
    ASSIGN_OR_RETURN(const auto bytes, cursor_.take(what, count * each));
    if (type == GgufType::boolean) {
        const auto bad = std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b > std::byte{1}; });
        if (bad != bytes.end()) {
            return damaged_at(start, what + ": bool " + std::to_string(bad - bytes.begin()) + " has value " +
                                         std::to_string(std::to_integer<int>(*bad)) + "; expected 0 or 1");
        }
    }
    return GgufArray{type, count, bytes};
}

Status HeaderParser::read_alignment() {
    const auto& entries = header_.entries;
    const auto at = std::lower_bound(entries.begin(), entries.end(), std::string_view("general.alignment"),
                                     [](const GgufEntry& entry, std::string_view key) { return entry.key < key; });
    if (at == entries.end() || at->key != "general.alignment") return Status::success();
    const auto* value = std::get_if<uint64_t>(&at->value.value);
    if (at->value.type != GgufType::uint32 || value == nullptr) {
        return Error{ErrorCode::invalid_file,
                     "key \"general.alignment\" has type " + std::string(gguf_type_name(at->value.type)) + "; expected uint32"};
    }
    if (*value < 8 || *value > kGgufMaxAlignment || (*value & (*value - 1)) != 0) {
        return Error{ErrorCode::invalid_file, "key \"general.alignment\" is " + std::to_string(*value) +
                                                  "; expected a power of two from 8 to " + std::to_string(kGgufMaxAlignment)};
    }
    alignment_ = *value;
    return Status::success();
}

Status HeaderParser::read_tensors() {
    if (n_tensors_ > cursor_.left() / kMinTensorBytes) {
        return damaged_at(cursor_.offset(), std::to_string(n_tensors_) + " tensors cannot fit: " + bytes_left(cursor_.left()));
    }
    header_.tensors.reserve(static_cast<size_t>(n_tensors_));
    offsets_.reserve(static_cast<size_t>(n_tensors_));
    for (uint64_t i = 0; i < n_tensors_; ++i) {
        ASSIGN_OR_RETURN(const GgufTensor tensor, read_tensor("tensor " + std::to_string(i) + " of " + std::to_string(n_tensors_)));
        header_.tensors.push_back(tensor);
    }
    return Status::success();
}

Result<GgufTensor> HeaderParser::read_tensor(const std::string& which) {
    const uint64_t start = cursor_.offset();
    GgufTensor tensor;
    ASSIGN_OR_RETURN(tensor.name, cursor_.read_string("the name of " + which, kGgufMaxTensorNameBytes));
    if (tensor.name.empty()) return damaged_at(start, "the name of " + which + " is empty");
    const std::string what = "tensor " + quoted_for_message(tensor.name);
    RETURN_IF_ERROR(read_dims(what, tensor));

    const uint64_t type_offset = cursor_.offset();
    ASSIGN_OR_RETURN(const uint32_t type, cursor_.read<uint32_t>("the type of " + what));
    const auto traits = dtype_traits(type);
    if (!traits) {
        return Error{ErrorCode::unsupported, "at byte " + std::to_string(type_offset) + ": " + what + " has type " + std::to_string(type) +
                                                 " (" + std::string(dtype_name_or_unknown(type)) +
                                                 "), which this program does not read; look for the model in another quantization"};
    }
    tensor.type = static_cast<DType>(type);
    if (tensor.dims[0] % traits->block_elements != 0) {
        return damaged_at(type_offset, what + " of type " + std::string(traits->name) + " has rows of " + std::to_string(tensor.dims[0]) +
                                           " elements; expected a multiple of " + std::to_string(traits->block_elements));
    }
    const uint64_t offset_at = cursor_.offset();
    ASSIGN_OR_RETURN(const uint64_t offset, cursor_.read<uint64_t>("the offset of " + what));
    if (offset % alignment_ != 0) {
        return damaged_at(offset_at, what + " starts at offset " + std::to_string(offset) + "; expected a multiple of the alignment " +
                                         std::to_string(alignment_));
    }
    offsets_.push_back(offset);
    return tensor;
}

Status HeaderParser::read_dims(const std::string& what, GgufTensor& tensor) {
    const uint64_t start = cursor_.offset();
    ASSIGN_OR_RETURN(tensor.n_dims, cursor_.read<uint32_t>("the number of dimensions of " + what));
    if (tensor.n_dims < 1 || tensor.n_dims > tensor.dims.size()) {
        return damaged_at(start, what + " has " + std::to_string(tensor.n_dims) + " dimensions; expected 1 to 4");
    }
    uint64_t elements = 1;
    for (uint32_t d = 0; d < tensor.n_dims; ++d) {
        const uint64_t at = cursor_.offset();
        ASSIGN_OR_RETURN(const uint64_t dim, cursor_.read<uint64_t>("dimension " + std::to_string(d) + " of " + what));
        if (dim == 0) return damaged_at(at, "dimension " + std::to_string(d) + " of " + what + " is 0");
        if (dim > kMaxElements / elements) {
            return damaged_at(at, "dimension " + std::to_string(d) + " of " + what + " is " + std::to_string(dim) +
                                      ", which makes more than 2^63 elements");
        }
        tensor.dims[d] = dim;
        elements *= dim;
    }
    return Status::success();
}

/// Gives every tensor its bytes and checks that no two share any: a file that says so lies about one of them.
Status HeaderParser::place_tensors() {
    auto& tensors = header_.tensors;
    if (tensors.empty()) return Status::success();
    const uint64_t data_start = (cursor_.offset() + alignment_ - 1) / alignment_ * alignment_;
    const uint64_t data_bytes = data_start <= file_.size() ? file_.size() - data_start : 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
        auto& tensor = tensors[i];
        const auto& traits = dtype_traits(tensor.type);
        const uint64_t blocks = tensor.elements() / traits.block_elements;
        const uint64_t room = offsets_[i] <= data_bytes ? data_bytes - offsets_[i] : 0;
        if (blocks > room / traits.block_bytes) {
            return damaged_at(data_start,
                              "tensor " + quoted_for_message(tensor.name) + " lies beyond the end of the file: " + std::to_string(blocks) +
                                  " blocks of " + std::to_string(traits.block_bytes) + " bytes at offset " + std::to_string(offsets_[i]) +
                                  " of the data, which has " + std::to_string(data_bytes) + " bytes (is the download complete?)");
        }
        tensor.data = file_.subspan(static_cast<size_t>(data_start + offsets_[i]), static_cast<size_t>(blocks * traits.block_bytes));
    }
    std::vector<size_t> order(tensors.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [this](size_t a, size_t b) { return offsets_[a] < offsets_[b]; });
    for (size_t i = 1; i < order.size(); ++i) {
        const auto& before = tensors[order[i - 1]];
        const auto& after = tensors[order[i]];
        if (offsets_[order[i]] - offsets_[order[i - 1]] < before.data.size()) {
            return damaged_at(data_start + offsets_[order[i]],
                              "tensors " + quoted_for_message(before.name) + " and " + quoted_for_message(after.name) + " overlap");
        }
    }
    return Status::success();
}

}  // namespace

Result<GgufHeader> parse_gguf_header(std::span<const std::byte> file) { return HeaderParser(file).parse(); }

std::string quoted_for_message(std::string_view text) {
    static constexpr size_t kShown = 80;
    static constexpr char kHex[] = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char letter : text.substr(0, kShown)) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x20 && byte < 0x7f && letter != '"' && letter != '\\') {
            quoted += letter;
        } else {
            quoted += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
        }
    }
    quoted += text.size() > kShown ? "\"..." : "\"";
    return quoted;
}

}  // namespace soliloquy
