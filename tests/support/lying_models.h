/// tests/support/lying_models.h: model files that lie, one lie each, made out of a sound one; and some that are cut or hold nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/shared_folder.h"
#include "tests/support/sparse_model.h"

namespace soliloquy::testing {

/// One broken file: its name, and words that its message must contain.
struct LyingModel {
    std::string file;
    std::vector<std::string> words;
    bool opens = false;  ///< sound as a file: only its template lies, and that shows when a prompt is made
};

/// The bytes of a sound file, with hands to change single fields.
class Forgery {
  public:
    explicit Forgery(std::string bytes) : bytes_(std::move(bytes)) {}

    template <typename T>
    Forgery& put(size_t at, T value) {
        std::memcpy(&bytes_.at(at + sizeof(T) - 1) - (sizeof(T) - 1), &value, sizeof(T));
        return *this;
    }
    /// Where the `count`-th (from 0) occurrence of a length-prefixed name ends.
    [[nodiscard]] size_t after(const std::string& name, size_t count = 0) const {
        size_t at = 0;
        for (size_t i = 0; i <= count; ++i) {
            at = bytes_.find(name, i == 0 ? 0 : at + 1);
            if (at == std::string::npos) throw std::runtime_error(name + " is not in the file");
        }
        return at + name.size();
    }
    /// A metadata value: behind the key and its type.
    template <typename T>
    Forgery& value(const std::string& key, T number) {
        return put(after(key) + 4, number);
    }
    [[nodiscard]] size_t dims_of(const std::string& tensor) const { return after(tensor) + 4; }  // behind the number of dimensions
    [[nodiscard]] uint32_t dims_count(const std::string& tensor) const {
        uint32_t count = 0;
        std::memcpy(&count, bytes_.data() + after(tensor), sizeof(count));
        return count;
    }
    [[nodiscard]] size_t type_of(const std::string& tensor) const { return dims_of(tensor) + 8 * dims_count(tensor); }
    [[nodiscard]] size_t offset_of(const std::string& tensor) const { return type_of(tensor) + 4; }
    void write(const std::filesystem::path& path) const { std::ofstream(path, std::ios::binary) << bytes_; }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    std::string bytes_;
};

/// Writes all of them into `folder`, a sound file of their kind beside them as "sound.gguf". The zeros are a hole: no room on the disk.
inline std::vector<LyingModel> write_lying_models(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    const auto sparse = [&](SparseModel model, const std::string& file) {
        SparseModelFile(model).write(folder / file);
        return folder / file;
    };
    sparse({.name = "Sound", .layers = 1, .dim = 64, .heads = 4, .kv_heads = 2, .ff_dim = 128}, "sound.gguf");
    const std::string sound = read_file(folder / "sound.gguf");
    const std::string q = "blk.0.attn_q.weight", k = "blk.0.attn_k.weight";
    std::vector<LyingModel> all;
    const auto lie = [&](const char* file, const auto& forge, std::vector<std::string> words) {
        Forgery forgery(sound);
        forge(forgery);
        forgery.write(folder / file);
        all.push_back({file, std::move(words)});
    };
    const auto raw = [&](const char* file, const std::string& bytes, std::vector<std::string> words) {
        std::ofstream(folder / file, std::ios::binary) << bytes;
        all.push_back({file, std::move(words)});
    };

    raw("empty.gguf", "", {"0 bytes"});
    raw("cut-in-header.gguf", sound.substr(0, 20), {"at byte"});
    raw("cut-in-metadata.gguf", sound.substr(0, 700), {"at byte"});
    raw("cut-in-weights.gguf", sound.substr(0, sound.size() - 5000), {"blk.0", "beyond the end"});
    raw("letter.gguf", "Dear Sir or Madam, this is a letter and no model.", {"GGUF"});
    raw("zeros.gguf", "", {"GGUF"});
    fs::resize_file(folder / "zeros.gguf", uint64_t{2} << 30);

    lie("tensor-count.gguf", [](Forgery& f) { f.put(8, uint64_t{1} << 62); }, {"tensors"});
    lie("tensor-count-one-more.gguf", [](Forgery& f) { f.put(8, uint64_t{13}); }, {"tensor"});
    lie("key-count.gguf", [](Forgery& f) { f.put(16, uint64_t{1} << 61); }, {"metadata"});
    lie("key-length.gguf", [](Forgery& f) { f.put(24, ~uint64_t{0} - 7); }, {"byte"});
    lie("value-length.gguf", [](Forgery& f) { f.value("general.name", uint64_t{1} << 40); }, {"byte"});
    lie("array-length.gguf", [](Forgery& f) { f.put(f.after("tokenizer.ggml.tokens") + 8, uint64_t{1} << 61); }, {"tokenizer.ggml.tokens"});
    lie("array-type.gguf", [](Forgery& f) { f.put(f.after("tokenizer.ggml.tokens") + 4, uint32_t{99}); }, {"type"});
    lie("value-type.gguf", [](Forgery& f) { f.put(f.after("general.license"), uint32_t{77}); }, {"type", "77"});
    lie("dimension-count.gguf", [&](Forgery& f) { f.put(f.after(q), uint32_t{9}); }, {q, "dim"});
    lie("dimension-zero.gguf", [&](Forgery& f) { f.put(f.dims_of(q), uint64_t{0}); }, {q});
    lie("dimension-overflow.gguf", [&](Forgery& f) { f.put(f.dims_of(q), uint64_t{1} << 40).put(f.dims_of(q) + 8, uint64_t{1} << 40); },
        {q});
    lie("shape.gguf", [&](Forgery& f) { f.put(f.dims_of(q), uint64_t{32}).put(f.dims_of(q) + 8, uint64_t{128}); }, {q, "32"});
    lie("tensor-type.gguf", [&](Forgery& f) { f.put(f.type_of(q), uint32_t{200}); }, {q, "type"});
    lie("offset-past.gguf", [&](Forgery& f) { f.put(f.offset_of(q), uint64_t{1} << 50); }, {q});
    lie("offset-crooked.gguf", [&](Forgery& f) { f.put(f.offset_of(q), uint64_t{7}); }, {q});
    lie("offset-shared.gguf", [&](Forgery& f) { f.put(f.offset_of(q), uint64_t{0}); }, {q});
    lie("name-twice.gguf", [&](Forgery& f) { f.put(f.after(k) - 8, 'q'); }, {q});
    lie("name-empty.gguf", [&](Forgery& f) { f.put(f.after(q) - q.size() - 8, uint64_t{0}); }, {"tensor"});
    lie("version.gguf", [](Forgery& f) { f.put(4, uint32_t{99}); }, {"version"});
    lie("alignment.gguf", [](Forgery& f) { f.value("general.alignment", uint32_t{3}); }, {"general.alignment", "3"});
    lie("alignment-zero.gguf", [](Forgery& f) { f.value("general.alignment", uint32_t{0}); }, {"general.alignment"});
    lie("layers.gguf", [](Forgery& f) { f.value("llama.block_count", uint32_t{0x7fffffff}); }, {"block_count"});
    lie("width.gguf", [](Forgery& f) { f.value("llama.embedding_length", uint32_t{4096}); }, {"token_embd.weight"});
    lie("heads.gguf", [](Forgery& f) { f.value("llama.attention.head_count", uint32_t{0}); }, {"head_count"});
    lie("end-token.gguf", [](Forgery& f) { f.value("tokenizer.ggml.eos_token_id", uint32_t{4'000'000'000u}); }, {"eos_token_id"});

    const auto bomb = [&](const char* file, const std::string& body, std::vector<std::string> words, bool opens) {
        sparse({.name = "Bomb",
                .chat_template = "{# <think></think> #}" + body,
                .layers = 1,
                .dim = 64,
                .heads = 4,
                .kv_heads = 2,
                .ff_dim = 128},
               file);
        all.push_back({file, std::move(words), opens});
    };
    bomb("template-loop.gguf", "{% for a in range(99999) %}{% for b in range(99999) %}{{ a * b }}{% endfor %}{% endfor %}", {"template"},
         true);
    bomb("template-doubling.gguf", "{% set n = namespace(t='ha') %}{% for i in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}{{ n.t }}",
         {"template"}, true);
    bomb("template-recursion.gguf", "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}", {"template"}, true);
    bomb("template-depth.gguf", "{{ " + std::string(20'000, '(') + "1" + std::string(20'000, ')') + " }}", {"template", "line 1"}, false);
    bomb("template-open.gguf", "{% for m in messages %}{{ m.content }}", {"template"}, false);
    return all;
}

}  // namespace soliloquy::testing
