/// engine/gguf/gguf_writer.cpp: header, tensor records, padding, data. The layout is described in engine/gguf/gguf_header.h.
#include "engine/gguf/gguf_writer.h"

#include <bit>
#include <cstring>
#include <fstream>

namespace soliloquy {
namespace {

static_assert(std::endian::native == std::endian::little, "the writer copies numbers as they are");

constexpr uint32_t kDefaultAlignment = 32;

void append_bytes(std::vector<std::byte>& to, const void* data, size_t size) {
    const size_t end = to.size();
    to.resize(end + size);
    if (size != 0) std::memcpy(to.data() + end, data, size);
}

template <typename T>
void append_number(std::vector<std::byte>& to, T number) {
    append_bytes(to, &number, sizeof(number));
}

void append_string(std::vector<std::byte>& to, std::string_view text) {
    append_number(to, uint64_t{text.size()});
    append_bytes(to, text.data(), text.size());
}

uint64_t aligned(uint64_t offset, uint64_t alignment) { return (offset + alignment - 1) / alignment * alignment; }

}  // namespace

GgufWriter::GgufWriter(uint32_t alignment) : alignment_(alignment == 0 ? kDefaultAlignment : alignment) {
    if (alignment_ != kDefaultAlignment) add_uint32("general.alignment", alignment_);
}

void GgufWriter::append(const void* data, size_t size) { append_bytes(entries_, data, size); }

void GgufWriter::begin_entry(std::string_view key, GgufType type) {
    append_string(entries_, key);
    append_number(entries_, static_cast<uint32_t>(type));
    ++n_entries_;
}

void GgufWriter::begin_array(std::string_view key, GgufType type, uint64_t count) {
    begin_entry(key, GgufType::array);
    append_number(entries_, static_cast<uint32_t>(type));
    append_number(entries_, count);
}

void GgufWriter::add_string(std::string_view key, std::string_view value) {
    begin_entry(key, GgufType::string);
    append_string(entries_, value);
}

void GgufWriter::add_string_array(std::string_view key, std::span<const std::string> values) {
    begin_array(key, GgufType::string, values.size());
    for (const auto& value : values) append_string(entries_, value);
}

Status GgufWriter::add_tensor(std::string_view name, DType type, std::span<const uint64_t> dims, std::span<const std::byte> data) {
    const std::string who = "tensor " + std::string(name);
    if (dims.empty() || dims.size() > 4) return Error{ErrorCode::invalid_argument, who + ": expected 1 to 4 dimensions"};
    const auto& traits = dtype_traits(type);
    uint64_t elements = 1;
    for (const uint64_t dim : dims) elements *= dim;
    if (dims[0] % traits.block_elements != 0) {
        return Error{ErrorCode::invalid_argument, who + ": rows of " + std::to_string(dims[0]) + " elements; expected a multiple of " +
                                                      std::to_string(traits.block_elements) + " for " + std::string(traits.name)};
    }
    if (data.size() != row_bytes(type, elements)) {
        return Error{ErrorCode::invalid_argument,
                     who + ": " + std::to_string(data.size()) + " bytes; expected " + std::to_string(row_bytes(type, elements))};
    }
    tensors_.push_back({std::string(name), type, {dims.begin(), dims.end()}, {data.begin(), data.end()}});
    return Status::success();
}

std::vector<std::byte> GgufWriter::bytes() const {
    std::vector<std::byte> out;
    append_bytes(out, "GGUF", 4);
    append_number(out, uint32_t{3});
    append_number(out, uint64_t{tensors_.size()});
    append_number(out, n_entries_);
    append_bytes(out, entries_.data(), entries_.size());
    uint64_t offset = 0;
    for (const auto& tensor : tensors_) {
        append_string(out, tensor.name);
        append_number(out, static_cast<uint32_t>(tensor.dims.size()));
        for (const uint64_t dim : tensor.dims) append_number(out, dim);
        append_number(out, static_cast<uint32_t>(tensor.type));
        append_number(out, offset);
        offset = aligned(offset + tensor.data.size(), alignment_);
    }
    for (const auto& tensor : tensors_) {
        out.resize(static_cast<size_t>(aligned(out.size(), alignment_)));
        append_bytes(out, tensor.data.data(), tensor.data.size());
    }
    return out;
}

Status GgufWriter::write(const std::filesystem::path& path) const {
    const auto content = bytes();
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) return Error{ErrorCode::io, "cannot write " + path.string()};
    return Status::success();
}

}  // namespace soliloquy
