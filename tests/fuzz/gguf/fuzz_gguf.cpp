/// tests/fuzz/gguf/fuzz_gguf.cpp: any bytes as a GGUF file: parsed, and when that succeeds everything in it read.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "engine/gguf/gguf_file.h"
#include "engine/quant/dequantize.h"

namespace {

using namespace soliloquy;

/// Aborts when a view does not lie in the file.
void require_inside(const void* begin, size_t size, const uint8_t* data, size_t data_size) {
    const auto* bytes = static_cast<const uint8_t*>(begin);
    if (size != 0 && (bytes < data || bytes + size > data + data_size)) std::abort();
}

uint64_t read_value(const GgufValue& value) {
    uint64_t sum = 0;
    if (const auto* text = std::get_if<std::string_view>(&value.value)) {
        for (const char letter : *text) sum += static_cast<uint8_t>(letter);
    }
    if (const auto* array = std::get_if<GgufArray>(&value.value)) {
        if (array->item_type == GgufType::string)
            array->for_each_string([&](std::string_view text) { sum += text.empty() ? 0 : text.size(); });
        for (uint64_t i = 0; i < array->count; ++i) sum += static_cast<uint64_t>(array->integer(i)) + (array->number(i) > 0 ? 1 : 0);
    }
    return sum;
}

void read_tensor(const GgufTensor& tensor) {
    const auto& traits = dtype_traits(tensor.type);
    const uint64_t n = std::min<uint64_t>(tensor.elements(), 4096 / traits.block_elements * traits.block_elements);
    if (tensor.data.size() < row_bytes(tensor.type, n)) std::abort();
    std::vector<float> row(n);
    dequantize_row(tensor.type, tensor.data.data(), row.data(), n);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto file = GgufFile::parse({reinterpret_cast<const std::byte*>(data), size});
    if (!file.ok()) {
        if (file.error().message.empty() || file.error().message.size() > 1000) std::abort();
        return -1;
    }
    volatile uint64_t sum = 0;
    for (const auto& entry : file->entries()) {
        require_inside(entry.key.data(), entry.key.size(), data, size);
        sum = sum + read_value(entry.value);
        if (file->find(entry.key) != &entry.value) std::abort();
        for (const bool good : {file->get_uint(entry.key).ok(), file->get_float(entry.key).ok(), file->get_bool(entry.key).ok(),
                                file->get_string(entry.key).ok()}) {
            sum = sum + (good ? 1 : 0);
        }
    }
    for (const auto& tensor : file->tensors()) {
        require_inside(tensor.data.data(), tensor.data.size(), data, size);
        if (file->find_tensor(tensor.name) != &tensor) std::abort();
        read_tensor(tensor);
    }
    return 0;
}
