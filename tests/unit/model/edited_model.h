/// tests/unit/model/edited_model.h: a model file taken apart, changed and put together again in memory.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "engine/gguf/gguf_file.h"
#include "engine/gguf/gguf_writer.h"
#include "engine/model/decoder.h"

namespace soliloquy::testing {

/// Keeps the entries that a model is read from: numbers, booleans and strings, no arrays.
struct EditedModel {
    struct Entry {
        std::string key;
        GgufValue value;
    };
    struct Tensor {
        std::string name;
        DType type;
        std::vector<uint64_t> dims;
        std::vector<std::byte> data;
    };
    std::shared_ptr<const GgufFile> source;  // strings of entries lie in it
    std::vector<Entry> entries;
    std::vector<Tensor> tensors;
    std::vector<std::byte> file;  // what open() parsed

    explicit EditedModel(const std::filesystem::path& path) {
        auto opened = GgufFile::open(path);
        if (!opened.ok()) throw std::runtime_error(opened.error().message);
        source = std::make_shared<const GgufFile>(std::move(opened).value());
        for (const GgufEntry& entry : source->entries()) {
            if (entry.value.type != GgufType::array) entries.push_back({std::string(entry.key), entry.value});
        }
        for (const GgufTensor& t : source->tensors()) {
            tensors.push_back({std::string(t.name), t.type, {t.dims.begin(), t.dims.begin() + t.n_dims}, {t.data.begin(), t.data.end()}});
        }
    }

    Tensor& tensor(const std::string& name) {
        const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name == name; });
        if (found == tensors.end()) throw std::runtime_error("no tensor " + name);
        return *found;
    }
    void erase_tensor(const std::string& name) { tensors.erase(tensors.begin() + (&tensor(name) - tensors.data())); }
    void erase_key(const std::string& key) {
        std::erase_if(entries, [&](const Entry& e) { return e.key == key; });
    }
    void set_uint(const std::string& key, uint64_t value) {
        erase_key(key);
        entries.push_back({key, {GgufType::uint32, value}});
    }
    void set_float(const std::string& key, double value) {
        erase_key(key);
        entries.push_back({key, {GgufType::float32, value}});
    }
    void set_string(const std::string& key, std::string_view value) {
        erase_key(key);
        entries.push_back({key, {GgufType::string, value}});
    }

    /// Views into `file`: not after a second call.
    std::shared_ptr<const GgufFile> open() {
        GgufWriter writer;
        for (const Entry& e : entries) {
            if (const auto* text = std::get_if<std::string_view>(&e.value.value)) writer.add_string(e.key, *text);
            if (const auto* flag = std::get_if<bool>(&e.value.value)) writer.add_bool(e.key, *flag);
            if (const auto* number = std::get_if<double>(&e.value.value)) writer.add_float32(e.key, static_cast<float>(*number));
            if (const auto* number = std::get_if<uint64_t>(&e.value.value)) writer.add_uint32(e.key, static_cast<uint32_t>(*number));
        }
        for (const Tensor& t : tensors) {
            const Status status = writer.add_tensor(t.name, t.type, t.dims, t.data);
            if (!status.ok()) throw std::runtime_error(status.error().message);
        }
        file = writer.bytes();
        auto parsed = GgufFile::parse(file);
        if (!parsed.ok()) throw std::runtime_error(parsed.error().message);
        return std::make_shared<const GgufFile>(std::move(parsed).value());
    }

    Result<std::shared_ptr<const Model>> load(bool exact = false) { return Model::load(open(), {.exact = exact, .progress = {}}); }
    /// The message of the error that load() gives, or "".
    std::string load_error() {
        const auto model = load();
        return model.ok() ? "" : model.error().message;
    }
};

inline std::unique_ptr<Decoder> new_decoder(std::shared_ptr<const Model> model, unsigned threads = 2, DecoderOptions options = {256, 64}) {
    auto decoder = Decoder::create(std::move(model), std::make_shared<ThreadPool>(threads), options);
    if (!decoder.ok()) throw std::runtime_error(decoder.error().message);
    return std::move(decoder).value();
}

}  // namespace soliloquy::testing
