/// tests/fuzz/gguf/write_corpus.cpp: writes the files of tests/fuzz/gguf/corpus, small and each of another kind.
///   write_gguf_corpus tests/fuzz/gguf/corpus
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/gguf/gguf_writer.h"

namespace {

using namespace soliloquy;

void add_tensor(GgufWriter& writer, const std::string& name, DType type, std::vector<uint64_t> dims) {
    uint64_t elements = 1;
    for (const uint64_t dim : dims) elements *= dim;
    std::vector<std::byte> data(row_bytes(type, elements));
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i * 37 + 11);
    if (!writer.add_tensor(name, type, dims, data).ok()) std::fprintf(stderr, "tensor %s does not fit\n", name.c_str());
}

GgufWriter scalars() {
    GgufWriter writer;
    writer.add_string("general.architecture", "llama");
    writer.add_uint8("a.u8", 1);
    writer.add_int8("a.i8", -1);
    writer.add_uint16("a.u16", 2);
    writer.add_int16("a.i16", -2);
    writer.add_uint32("a.u32", 3);
    writer.add_int32("a.i32", -3);
    writer.add_float32("a.f32", 0.5f);
    writer.add_bool("a.bool", true);
    writer.add_uint64("a.u64", 4);
    writer.add_int64("a.i64", -4);
    writer.add_float64("a.f64", -0.25);
    return writer;
}

GgufWriter arrays() {
    GgufWriter writer;
    writer.add_string_array("tokenizer.ggml.tokens", std::vector<std::string>{"a", "b", "ab", "<think>", "</think>", ""});
    writer.add_string_array("tokenizer.ggml.merges", std::vector<std::string>{"a b"});
    writer.add_int32_array("tokenizer.ggml.token_type", std::vector<int32_t>{1, 1, 1, 3, 3, 6});
    writer.add_float32_array("tokenizer.ggml.scores", std::vector<float>{0, -1, -2});
    writer.add_bool_array("flags", std::vector<uint8_t>{0, 1});
    writer.add_uint64_array("none", {});
    return writer;
}

/// One tensor of every type, so that every dequantizer sees hostile blocks.
GgufWriter tensors(uint32_t first, uint32_t last) {
    GgufWriter writer(8);
    for (uint32_t id = first; id < last; ++id) {
        if (const auto traits = dtype_traits(id)) {
            add_tensor(writer, std::string(traits->name), static_cast<DType>(id), {traits->block_elements, 2});
        }
    }
    return writer;
}

GgufWriter model() {
    GgufWriter writer(64);
    writer.add_string("general.architecture", "deepseek2");
    writer.add_uint32("deepseek2.block_count", 1);
    writer.add_uint16("split.no", 0);
    writer.add_uint16("split.count", 2);
    writer.add_int32("split.tensors.count", 4);
    add_tensor(writer, "token_embd.weight", DType::f16, {4, 3});
    add_tensor(writer, "blk.0.ffn_gate_exps.weight", DType::q8_0, {32, 1, 2});
    add_tensor(writer, "blk.0.attn_k_b.weight", DType::f32, {2, 2, 1, 2});
    return writer;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    const bool written = scalars().write(folder / "scalars.gguf").ok() && arrays().write(folder / "arrays.gguf").ok() &&
                         tensors(0, 16).write(folder / "tensors.gguf").ok() && tensors(16, 64).write(folder / "tensors-iq.gguf").ok() &&
                         model().write(folder / "model.gguf").ok() && GgufWriter().write(folder / "nothing.gguf").ok();
    return written ? 0 : 1;
}
