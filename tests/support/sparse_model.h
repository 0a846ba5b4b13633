/// tests/support/sparse_model.h: a sound GGUF file of any size that takes no room on the disk: its weights are a hole.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace soliloquy::testing {

struct SparseModel {
    std::string name = "Sparse";
    std::string architecture = "llama";
    std::string chat_template{};
    uint32_t layers = 4, dim = 256, heads = 8, kv_heads = 2, ff_dim = 512, vocabulary = 512, context = 4096;
    uint32_t file_type = 1, alignment = 32;
};

/// Every matrix is F16 [in, out] with the names of the llama table; the vocabulary has at least 259 tokens.
class SparseModelFile {
  public:
    explicit SparseModelFile(const SparseModel& model) : model_(model) {}

    /// Bytes of all tensors.
    uint64_t write(const std::filesystem::path& path) {
        add_tensors();
        entries_ = 0;
        metadata_.clear();
        text("general.architecture", model_.architecture);
        text("general.name", model_.name);
        text("general.license", "apache-2.0");
        number("general.file_type", model_.file_type);
        number("general.alignment", model_.alignment);
        if (!model_.chat_template.empty()) text("tokenizer.chat_template", model_.chat_template);
        const std::string a = model_.architecture + ".";
        number(a + "block_count", model_.layers);
        number(a + "context_length", model_.context);
        number(a + "embedding_length", model_.dim);
        number(a + "feed_forward_length", model_.ff_dim);
        number(a + "attention.head_count", model_.heads);
        number(a + "attention.head_count_kv", model_.kv_heads);
        number(a + "rope.dimension_count", model_.dim / model_.heads);
        key(a + "attention.layer_norm_rms_epsilon", 6);
        put(1e-5f);
        add_vocabulary();

        std::string file = "GGUF";
        append(file, uint32_t{3});
        append(file, uint64_t{tensors_});
        append(file, uint64_t{entries_});
        file += metadata_ + records_;
        const uint64_t data = (file.size() + 31) / 32 * 32;
        std::ofstream(path, std::ios::binary) << file;
        std::filesystem::resize_file(path, data + bytes_);
        return bytes_;
    }

  private:
    template <typename T>
    static void append(std::string& out, T value) {
        char raw[sizeof(T)];
        std::memcpy(raw, &value, sizeof(T));
        out.append(raw, sizeof(T));
    }
    template <typename T>
    void put(T value) {
        append(metadata_, value);
    }
    void string(const std::string& value) {
        put(uint64_t{value.size()});
        metadata_ += value;
    }
    void key(const std::string& name, uint32_t type) {
        ++entries_;
        string(name);
        put(type);
    }
    void text(const std::string& name, const std::string& value) {
        key(name, 8);
        string(value);
    }
    void number(const std::string& name, uint32_t value) {
        key(name, 4);
        put(value);
    }
    void tensor(const std::string& name, std::vector<uint64_t> dims, bool f32) {
        ++tensors_;
        append(records_, uint64_t{name.size()});
        records_ += name;
        append(records_, static_cast<uint32_t>(dims.size()));
        uint64_t size = f32 ? 4 : 2;
        for (const uint64_t dim : dims) {
            append(records_, dim);
            size *= dim;
        }
        append(records_, uint32_t{f32 ? 0u : 1u});
        append(records_, bytes_);
        bytes_ += (size + 31) / 32 * 32;
    }
    /// SentencePiece: unknown, begin, end, 256 bytes, then words.
    void add_vocabulary() {
        text("tokenizer.ggml.model", "llama");
        array("tokenizer.ggml.tokens", 8);
        for (uint32_t i = 0; i < model_.vocabulary; ++i) {
            char word[24];
            if (i < 3)
                std::snprintf(word, sizeof(word), "%s", i == 0 ? "<unk>" : i == 1 ? "<s>" : "</s>");
            else
                std::snprintf(word, sizeof(word), i < 259 ? "<0x%02X>" : "t%u", i < 259 ? i - 3 : i);
            string(word);
        }
        array("tokenizer.ggml.scores", 6);
        for (uint32_t i = 0; i < model_.vocabulary; ++i) put(-static_cast<float>(i));
        array("tokenizer.ggml.token_type", 5);
        for (uint32_t i = 0; i < model_.vocabulary; ++i) put(int32_t{i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1});
        number("tokenizer.ggml.bos_token_id", 1);
        number("tokenizer.ggml.eos_token_id", 2);
    }
    void array(const std::string& name, uint32_t item_type) {
        key(name, 9);
        put(item_type);
        put(uint64_t{model_.vocabulary});
    }
    void add_tensors() {
        const uint64_t dim = model_.dim, kv = dim / model_.heads * model_.kv_heads;
        tensor("token_embd.weight", {dim, model_.vocabulary}, false);
        tensor("output_norm.weight", {dim}, true);
        tensor("output.weight", {dim, model_.vocabulary}, false);
        for (uint32_t i = 0; i < model_.layers; ++i) {
            const std::string b = std::string("blk.").append(std::to_string(i)).append(".");
            tensor(b + "attn_norm.weight", {dim}, true);
            tensor(b + "attn_q.weight", {dim, dim}, false);
            tensor(b + "attn_k.weight", {dim, kv}, false);
            tensor(b + "attn_v.weight", {dim, kv}, false);
            tensor(b + "attn_output.weight", {dim, dim}, false);
            tensor(b + "ffn_norm.weight", {dim}, true);
            tensor(b + "ffn_gate.weight", {dim, model_.ff_dim}, false);
            tensor(b + "ffn_up.weight", {dim, model_.ff_dim}, false);
            tensor(b + "ffn_down.weight", {model_.ff_dim, dim}, false);
        }
    }

    SparseModel model_;
    std::string metadata_, records_;
    uint64_t entries_ = 0, tensors_ = 0, bytes_ = 0;
};

}  // namespace soliloquy::testing
