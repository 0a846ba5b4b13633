/// tests/fuzz/model/write_corpus.cpp: writes the files of tests/fuzz/model/corpus: a model of a few kilobytes for each architecture.
///   write_model_corpus tests/fuzz/model/corpus
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/gguf/gguf_writer.h"
#include "engine/quant/quantize.h"

namespace {

using namespace soliloquy;

struct Sizes {
    uint32_t dim = 8, heads = 2, kv_heads = 1, head = 4, ff = 8, vocabulary = 6, layers = 1;
    uint32_t experts = 0, used = 0, shared = 0, dense = 0;
    uint32_t q_lora = 0, kv_lora = 0, rope = 4, nope = 4, value = 4;
};

/// One file on its way: keys under the architecture's name, tensors of numbers that repeat.
class File {
  public:
    explicit File(const std::string& architecture, DType type = DType::f32) : architecture_(architecture), type_(type) {
        writer_.add_string("general.architecture", architecture);
    }
    void key(const std::string& name, uint32_t value) { writer_.add_uint32(architecture_ + "." + name, value); }
    void number(const std::string& name, float value) { writer_.add_float32(architecture_ + "." + name, value); }
    void flag(const std::string& name, bool value) { writer_.add_bool(architecture_ + "." + name, value); }
    void text(const std::string& name, const std::string& value) { writer_.add_string(architecture_ + "." + name, value); }

    void vector(const std::string& name, std::vector<uint64_t> dims) { add(name, std::move(dims), DType::f32); }
    void matrix(const std::string& name, std::vector<uint64_t> dims) { add(name, std::move(dims), type_); }

    bool write(const std::filesystem::path& path) const { return writer_.write(path).ok(); }

  private:
    void add(const std::string& name, std::vector<uint64_t> dims, DType type) {
        uint64_t elements = 1;
        for (const uint64_t dim : dims) elements *= dim;
        std::vector<float> values(elements);
        for (float& value : values) value = std::sin(static_cast<float>(++seed_) * 0.37f) * 0.5f + 0.25f;
        std::vector<std::byte> data(row_bytes(type, elements));
        if (!quantize_row(type, values.data(), data.data(), elements).ok() || !writer_.add_tensor(name, type, dims, data).ok())
            std::fprintf(stderr, "tensor %s does not fit\n", name.c_str());
    }

    std::string architecture_;
    DType type_;
    GgufWriter writer_;
    uint32_t seed_ = 0;
};

void common_keys(File& f, const Sizes& s) {
    f.key("block_count", s.layers);
    f.key("embedding_length", s.dim);
    f.key("context_length", 64);
    f.key("feed_forward_length", s.ff);
    f.key("attention.head_count", s.heads);
    f.key("attention.head_count_kv", s.kv_heads);
    f.number("attention.layer_norm_rms_epsilon", 1e-5f);
    f.number("rope.freq_base", 10000.0f);
    f.matrix("token_embd.weight", {s.dim, s.vocabulary});
    f.vector("output_norm.weight", {s.dim});
}

void expert_keys(File& f, const Sizes& s) {
    f.key("expert_count", s.experts);
    f.key("expert_used_count", s.used);
    f.key("expert_feed_forward_length", s.ff);
    if (s.shared > 0) f.key("expert_shared_count", s.shared);
    if (s.dense > 0) f.key("leading_dense_block_count", s.dense);
}

void feed_forward(File& f, const Sizes& s, const std::string& b, bool dense, bool biases = false) {
    if (dense) {
        f.matrix(b + "ffn_gate.weight", {s.dim, s.ff});
        f.matrix(b + "ffn_up.weight", {s.dim, s.ff});
        f.matrix(b + "ffn_down.weight", {s.ff, s.dim});
        return;
    }
    f.vector(b + "ffn_gate_inp.weight", {s.dim, s.experts});
    f.matrix(b + "ffn_gate_exps.weight", {s.dim, s.ff, s.experts});
    f.matrix(b + "ffn_up_exps.weight", {s.dim, s.ff, s.experts});
    f.matrix(b + "ffn_down_exps.weight", {s.ff, s.dim, s.experts});
    if (biases) {
        f.vector(b + "ffn_gate_inp.bias", {s.experts});
        f.vector(b + "ffn_gate_exps.bias", {s.ff, s.experts});
        f.vector(b + "ffn_up_exps.bias", {s.ff, s.experts});
        f.vector(b + "ffn_down_exps.bias", {s.dim, s.experts});
    }
    if (s.shared > 0) {
        f.matrix(b + "ffn_gate_shexp.weight", {s.dim, uint64_t{s.ff} * s.shared});
        f.matrix(b + "ffn_up_shexp.weight", {s.dim, uint64_t{s.ff} * s.shared});
        f.matrix(b + "ffn_down_shexp.weight", {uint64_t{s.ff} * s.shared, s.dim});
    }
}

void plain_attention(File& f, const Sizes& s, const std::string& b, bool biases) {
    const uint64_t q = uint64_t{s.heads} * s.head, kv = uint64_t{s.kv_heads} * s.head;
    f.vector(b + "attn_norm.weight", {s.dim});
    f.matrix(b + "attn_q.weight", {s.dim, q});
    f.matrix(b + "attn_k.weight", {s.dim, kv});
    f.matrix(b + "attn_v.weight", {s.dim, kv});
    f.matrix(b + "attn_output.weight", {q, s.dim});
    if (biases) {
        f.vector(b + "attn_q.bias", {q});
        f.vector(b + "attn_k.bias", {kv});
        f.vector(b + "attn_v.bias", {kv});
    }
}

/// llama, qwen2, qwen3, qwen3moe, olmoe, deepseek and gpt-oss, by what each has.
File with_plain_attention(const std::string& architecture, const Sizes& s, DType type = DType::f32) {
    File f(architecture, type);
    common_keys(f, s);
    if (s.experts > 0) expert_keys(f, s);
    f.key("attention.key_length", s.head);
    f.key("attention.value_length", s.head);
    const bool gpt = architecture == "gpt-oss";
    if (gpt) {
        f.key("attention.sliding_window", 4);
        f.text("rope.scaling.type", "yarn");
        f.number("rope.scaling.factor", 32.0f);
        f.key("rope.scaling.original_context_length", 16);
    }
    if (architecture == "llama") f.vector("rope_freqs.weight", {s.head / 2});
    if (architecture != "qwen2") f.matrix("output.weight", {s.dim, s.vocabulary});  // qwen2: tied
    for (uint32_t i = 0; i < s.layers; ++i) {
        const std::string b = "blk." + std::to_string(i) + ".";
        plain_attention(f, s, b, gpt || architecture == "qwen2");
        if (gpt) {
            f.vector(b + "attn_output.bias", {s.dim});
            f.vector(b + "attn_sinks.weight", {s.heads});
        }
        if (architecture.starts_with("qwen3")) {
            f.vector(b + "attn_q_norm.weight", {s.head});
            f.vector(b + "attn_k_norm.weight", {s.head});
        }
        if (architecture == "olmoe") {
            f.vector(b + "attn_q_norm.weight", {uint64_t{s.heads} * s.head});
            f.vector(b + "attn_k_norm.weight", {uint64_t{s.kv_heads} * s.head});
        }
        f.vector(b + (gpt ? "post_attention_norm.weight" : "ffn_norm.weight"), {s.dim});
        feed_forward(f, s, b, s.experts == 0 || i < s.dense, gpt);
    }
    return f;
}

File with_latent_attention(const Sizes& s, bool legacy) {
    File f("deepseek2");
    common_keys(f, s);
    expert_keys(f, s);
    f.key("attention.kv_lora_rank", s.kv_lora);
    if (s.q_lora > 0) f.key("attention.q_lora_rank", s.q_lora);
    f.key(legacy ? "attention.key_length" : "attention.key_length_mla", s.nope + s.rope);
    f.key(legacy ? "attention.value_length" : "attention.value_length_mla", s.value);
    f.key("rope.dimension_count", s.rope);
    f.key("expert_gating_func", 2);
    f.key("expert_group_count", 2);
    f.key("expert_group_used_count", 1);
    f.flag("expert_weights_norm", true);
    f.number("expert_weights_scale", 2.5f);
    f.matrix("output.weight", {s.dim, s.vocabulary});
    const uint64_t q = uint64_t{s.heads} * (s.nope + s.rope);
    for (uint32_t i = 0; i < s.layers; ++i) {
        const std::string b = "blk." + std::to_string(i) + ".";
        f.vector(b + "attn_norm.weight", {s.dim});
        if (s.q_lora > 0) {
            f.matrix(b + "attn_q_a.weight", {s.dim, s.q_lora});
            f.vector(b + "attn_q_a_norm.weight", {s.q_lora});
            f.matrix(b + "attn_q_b.weight", {s.q_lora, q});
        } else {
            f.matrix(b + "attn_q.weight", {s.dim, q});
        }
        f.matrix(b + "attn_kv_a_mqa.weight", {s.dim, s.kv_lora + s.rope});
        f.vector(b + "attn_kv_a_norm.weight", {s.kv_lora});
        if (legacy) {
            f.matrix(b + "attn_kv_b.weight", {s.kv_lora, uint64_t{s.heads} * (s.nope + s.value)});
        } else {
            f.matrix(b + "attn_k_b.weight", {s.nope, s.kv_lora, s.heads});
            f.matrix(b + "attn_v_b.weight", {s.kv_lora, s.value, s.heads});
        }
        f.matrix(b + "attn_output.weight", {uint64_t{s.heads} * s.value, s.dim});
        f.vector(b + "ffn_norm.weight", {s.dim});
        if (i >= s.dense) f.vector(b + "exp_probs_b.bias", {s.experts});
        feed_forward(f, s, b, i < s.dense);
    }
    return f;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    const Sizes experts{.experts = 4, .used = 2};
    const Sizes shared{.layers = 2, .experts = 4, .used = 2, .shared = 1, .dense = 1};
    const Sizes latent{.layers = 2, .experts = 4, .used = 2, .shared = 1, .dense = 1, .q_lora = 6, .kv_lora = 8};
    const Sizes latent_old{.experts = 4, .used = 1, .shared = 1, .kv_lora = 8};
    const Sizes blocks{.dim = 32, .heads = 1, .head = 32, .ff = 32};
    bool good = true;
    for (const auto& [name, file] : {std::pair("llama.gguf", with_plain_attention("llama", {})),
                                     {"llama-q8_0.gguf", with_plain_attention("llama", blocks, DType::q8_0)},
                                     {"llama-f16.gguf", with_plain_attention("llama", {}, DType::f16)},
                                     {"mixtral.gguf", with_plain_attention("llama", experts)},
                                     {"qwen2.gguf", with_plain_attention("qwen2", {})},
                                     {"qwen3.gguf", with_plain_attention("qwen3", {})},
                                     {"qwen3moe.gguf", with_plain_attention("qwen3moe", experts)},
                                     {"olmoe.gguf", with_plain_attention("olmoe", experts)},
                                     {"deepseek.gguf", with_plain_attention("deepseek", shared)},
                                     {"gpt-oss.gguf", with_plain_attention("gpt-oss", experts)},
                                     {"deepseek2.gguf", with_latent_attention(latent, false)},
                                     {"deepseek2-legacy.gguf", with_latent_attention(latent_old, true)}}) {
        good = file.write(folder / name) && good;
    }
    return good ? 0 : 1;
}
