/// engine/model/decoder.h: one timeline of a model: its KV cache and the compiled plans that extend it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "engine/backend/accelerator.h"
#include "engine/backend/placement.h"
#include "engine/core/matrix.h"
#include "engine/core/result.h"
#include "engine/core/thread_pool.h"
#include "engine/gguf/gguf_file.h"

namespace soliloquy {

using TokenId = uint32_t;

/// Tokens of a prompt that are read in one pass: short enough that Stop is felt, long enough to be fast. Sessions, the placement on a
/// device, the foreseen need of memory and the benchmark all go by it.
constexpr uint32_t kPrefillBatch = 256;

/// The longest context that a model gets unasked.
constexpr uint32_t kLongestDefaultContext = 32768;

/// A device beside the CPU, and how much of the model it gets.
struct ModelDevice {
    std::shared_ptr<Accelerator> accelerator = nullptr;  ///< nullptr: the CPU alone
    PlacementWish wish = {};
    uint32_t context_length = 0;  ///< of the decoders to come, one of which is counted; 0 = the model's own, at most the longest default
    uint32_t max_batch = kPrefillBatch;
};

struct ModelOptions {
    bool exact = false;                   ///< scalar oracle with F32 activations; on the CPU, whatever device is given
    std::function<bool(float)> progress;  ///< false cancels
    ModelDevice device = {};
};

/// Hyperparameters and bound weights of one file. Immutable; shared by its decoders. Keeps views into `file`.
class Model {
  public:
    /// Reads the architecture, checks every tensor against the strict table, binds the weights.
    static Result<std::shared_ptr<const Model>> load(std::shared_ptr<const GgufFile> file, const ModelOptions& options);
    virtual ~Model() = default;
    [[nodiscard]] virtual uint32_t vocabulary_size() const noexcept = 0;
    [[nodiscard]] virtual uint32_t trained_context_length() const noexcept = 0;
    [[nodiscard]] virtual uint64_t parameters() const noexcept = 0;
    [[nodiscard]] virtual uint64_t active_parameters() const noexcept = 0;
    /// Bytes of weights that a decode step reads for one token, the embedding row apart; and of KV cache per position.
    [[nodiscard]] virtual uint64_t weight_bytes_per_token() const noexcept = 0;
    [[nodiscard]] virtual uint64_t kv_bytes_per_position() const noexcept = 0;
    /// What runs on the device that the model was loaded for; uses_device() is false without one.
    [[nodiscard]] virtual const Placement& placement() const noexcept = 0;
};

enum class LogitsFor : uint8_t { none, last, all };

struct DecoderOptions {
    uint32_t context_length = 4096;
    uint32_t max_batch = kPrefillBatch;  ///< longest run of tokens in one pass
    bool cpu_only = false;               ///< leaves the model's device alone; the weights are in the host's memory, too
};

class Decoder {
  public:
    static Result<std::unique_ptr<Decoder>> create(std::shared_ptr<const Model> model, std::shared_ptr<ThreadPool> threads,
                                                   const DecoderOptions& options);
    virtual ~Decoder() = default;

    [[nodiscard]] virtual uint32_t length() const noexcept = 0;  ///< positions in the cache
    [[nodiscard]] virtual uint32_t context_length() const noexcept = 0;
    virtual void truncate(uint32_t length) noexcept = 0;  ///< forgets positions >= length
    /// Appends 1..max_batch tokens. A step of one token allocates nothing. context_full when they do not fit; the cache is unchanged then.
    /// A device may fail: out_of_memory, or device when it was lost, after which only a newly loaded model runs on it.
    virtual Status append(std::span<const TokenId> ids, LogitsFor wanted) = 0;
    /// [1 or ids.size(), vocabulary_size] of the last append; valid until the next.
    [[nodiscard]] virtual Matrix<const float> logits() const noexcept = 0;
    /// The compiled plan, for measuring.
    [[nodiscard]] virtual Plan& plan() noexcept = 0;
};

/// "scalar", "AVX2", "AVX-512 VNNI", "NEON": what this machine's CPU runs.
[[nodiscard]] std::string_view cpu_instruction_set() noexcept;
/// Why the instruction set that the environment names cannot be had (cpu_kernels.h); empty when nothing is wrong.
[[nodiscard]] std::string cpu_instruction_set_problem();

}  // namespace soliloquy
