/// tests/fuzz/model/fuzz_model.cpp: any bytes as a model: loaded, and when that succeeds a few tokens run through it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "engine/model/decoder.h"

namespace {

using namespace soliloquy;

void require(bool good) {
    if (!good) std::abort();
}

void require_words(const Error& error) { require(!error.message.empty() && error.message.size() < 2000); }

/// Runs a prompt and a step. The weights may be anything, infinities and numbers that are none too: nothing is asked of the logits
/// but that they are there.
void run(const std::shared_ptr<const Model>& model, const std::shared_ptr<ThreadPool>& pool) {
    const auto decoder = Decoder::create(model, pool, {.context_length = 8, .max_batch = 4});
    if (!decoder.ok()) return require_words(decoder.error());
    const uint32_t last = model->vocabulary_size() - 1;
    const std::vector<TokenId> prompt = {0, last, last / 2};
    const Status status = (*decoder)->append(prompt, LogitsFor::all);
    if (!status.ok()) return require_words(status.error());
    require((*decoder)->logits().rows == prompt.size() && (*decoder)->logits().columns == model->vocabulary_size());
    const TokenId next = 0;
    const Status step = (*decoder)->append({&next, 1}, LogitsFor::last);
    require(step.ok() || !step.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto pool = std::make_shared<ThreadPool>(1);
    auto parsed = GgufFile::parse({reinterpret_cast<const std::byte*>(data), size});
    if (!parsed.ok()) return -1;
    const auto file = std::make_shared<const GgufFile>(std::move(parsed).value());
    bool loaded = false;
    for (const bool exact : {false, true}) {
        ModelOptions options;
        options.exact = exact;
        const auto model = Model::load(file, options);
        if (!model.ok()) {
            require_words(model.error());
            continue;
        }
        loaded = true;
        run(*model, pool);
    }
    return loaded ? 0 : -1;
}
