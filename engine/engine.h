/// engine/engine.h: a loaded model, and one mutable timeline of it. This header and its neighbours at the top of
/// engine/ are all that app/ may include.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/result.h"

namespace soliloquy {

using TokenId = uint32_t;

// ---------------------------------------------------------------- devices

enum class Device : uint8_t { automatic, cpu, vulkan, cuda };
[[nodiscard]] std::string_view device_name(Device device) noexcept;  ///< "auto", "cpu", "vulkan", "cuda"
[[nodiscard]] std::optional<Device> device_from_name(std::string_view name) noexcept;

/// A device as it is named: "auto", "cpu", "cuda", "vulkan", "vulkan:1" (its number) or "vulkan:RTX" (part of its name, in any case).
struct DeviceName {
    Device device = Device::automatic;
    std::string which;  ///< behind the colon; empty = the best of its kind
};
[[nodiscard]] std::optional<DeviceName> parse_device_name(std::string_view text);

/// A device of this computer.
struct DeviceReport {
    std::string id;  ///< for --device: "cpu", "vulkan:0"
    Device device = Device::cpu;
    std::string name;           ///< "NVIDIA GeForce RTX 3090"
    std::string kind;           ///< "GPU", "integrated GPU", "virtual GPU", "CPU", "CPU pretending to be a GPU"
    std::string driver;         ///< empty for the CPU
    uint64_t memory_bytes = 0;  ///< of its own; 0 for the CPU
    uint64_t free_bytes = 0;
    bool chosen = false;  ///< by "auto"
    std::string reason;   ///< why it is chosen, or why not
};
struct DeviceReports {
    std::vector<DeviceReport> devices;  ///< the best first, the CPU last
    std::string vulkan_problem;         ///< why none of them is a Vulkan device; empty when one is
};
/// Asks the drivers, which may take a second: not on a thread that must not wait. Nothing is opened.
[[nodiscard]] DeviceReports list_devices(unsigned threads = 0);

/// Which device a request gets, and why.
struct DeviceChoice {
    Device device = Device::cpu;
    std::string description;  ///< "CPU, 2 threads, AVX-512 VNNI"
    std::string reason;       ///< why this one: "as asked", "no GPU: ..."
    std::string id;           ///< "cpu", "vulkan:0"
    std::string placement;    ///< of an open model: what of it runs there, when not all of it is the CPU's
    std::string warning;      ///< what the user should know before waiting; mostly empty
};
/// An unavailable device is an Error with the reason; automatic falls back to the CPU and says so. Asks the drivers as list_devices() does.
[[nodiscard]] Result<DeviceChoice> choose_device(const DeviceName& wanted, unsigned threads = 0);
/// The same from a list that is known.
[[nodiscard]] Result<DeviceChoice> choose_device(const DeviceName& wanted, const DeviceReports& known);
[[nodiscard]] Result<DeviceChoice> choose_device(Device wanted, unsigned threads = 0);

// ---------------------------------------------------------------- what a model is

struct ModelInfo {
    std::filesystem::path path;
    std::string name;          ///< general.name, or the file name
    std::string architecture;  ///< "deepseek2"
    std::string quantization;  ///< "Q8_0", or the mix: "Q4_K 61 %, Q6_K 30 %, F32 9 %"
    std::string license;
    uint64_t file_bytes = 0;
    uint64_t parameters = 0;
    uint64_t active_parameters = 0;  ///< parameters that one token touches
    uint32_t context_length = 0;     ///< of the sessions of this Engine
    uint32_t trained_context_length = 0;
    uint32_t vocabulary_size = 0;
    std::string reasoning_profile;  ///< "r1", "qwen3", "harmony", "none"
    bool can_think = false;         ///< the profile has thoughts
    bool thinking_can_be_switched = false;
    std::string past_thoughts;               ///< the model's own rule: "dropped", "kept", "kept after the last question"
    bool past_thoughts_can_be_kept = false;  ///< dropped by themselves, but the template has a switch: GenerateRequest::keep_past_thoughts
    bool has_chat_template = false;
    std::string template_notice;  ///< what the user should know of the chat template: "... no place for a system message ..."; mostly empty
    DeviceChoice device;
};

// ---------------------------------------------------------------- what is asked

enum class Role : uint8_t { system, user, assistant, tool };

struct ChatMessage {
    Role role = Role::user;
    std::string content;    ///< for an assistant: the answer without its thought
    std::string reasoning;  ///< an assistant's thought; the model's template decides whether it is shown to the model
};

struct SamplingOptions {
    float temperature = 0.0f;         ///< 0 = greedy
    uint32_t top_k = 0;               ///< 0 = off
    float top_p = 1.0f;               ///< 1 = off, 0 = the most probable token alone
    float min_p = 0.0f;               ///< 0 = off
    float repetition_penalty = 1.0f;  ///< 1 = off
    uint32_t repetition_window = 256;
    uint64_t seed = 0;  ///< of the draws; for the same tokens each time see GenerateRequest::repeatable

    bool operator==(const SamplingOptions&) const = default;
};

/// Where a token comes from. The numbers are those of the trace format.
enum class Origin : uint8_t { sampled = 0, edited = 1, injected = 2, forced_close = 3, budget = 4, prompt = 5 };

struct PastToken {
    TokenId id = 0;
    Origin origin = Origin::sampled;
};

struct GenerateRequest {
    std::vector<ChatMessage> messages;       ///< the whole history; the engine reuses the longest common prefix
    std::optional<bool> thinking;            ///< nullopt = as the template does by itself
    std::optional<bool> keep_past_thoughts;  ///< nullopt = the model's own rule; false = never shown to it; true = where it can be
    SamplingOptions sampling;
    uint32_t max_tokens = 0;              ///< 0 = until the context is full
    std::vector<PastToken> continuation;  ///< tokens already in this assistant turn: go on after them
    bool close_thought = false;           ///< close an open thought first ("Answer from here")
    /// The tokens and their numbers depend on nothing but the file, the device, the prompt (continuation included), `sampling` and the
    /// version of the program: not on what the cache holds, nor on the number of threads. Rows of the cache that a fresh session would
    /// compute otherwise, in batches of other sizes, are read again, which takes longer. Without it only the same prompt again, in the same
    /// session, is sure to begin with the same numbers.
    bool repeatable = false;
};

// ---------------------------------------------------------------- what comes back

struct Alternative {
    TokenId id = 0;
    float logprob = 0.0f;
};

/// One token of the turn. Views are valid during the call only.
struct TokenEvent {
    TokenId id = 0;
    Origin origin = Origin::sampled;
    uint32_t index = 0;                         ///< 0 = first token of the assistant's turn (continuation tokens count)
    uint32_t time_ms = 0;                       ///< since generate() was called
    std::string_view bytes;                     ///< may end inside a UTF-8 letter; empty for control tokens
    float logprob = 0.0f;                       ///< natural log; raw model, temperature 1, before penalties
    float entropy = 0.0f;                       ///< nats, same distribution
    std::span<const Alternative> alternatives;  ///< at most 8, most probable first, the chosen one included if it is among them
};

enum class Channel : uint8_t { thought, answer, tool };

/// Text ready to be shown: whole UTF-8 letters, marks of the thinking format removed.
struct TextEvent {
    Channel channel = Channel::answer;
    std::string_view text;
    uint32_t token_index = 0;  ///< of the token that completed it
    bool begins_span = false;  ///< first text of a new span of this channel
};

struct PromptProgress {
    uint32_t tokens_done = 0;  ///< of the part that is not in the cache
    uint32_t tokens_total = 0;
    uint32_t tokens_reused = 0;
};

/// Receives everything on the thread that called generate(). Must not block for long.
class GenerationSink {
  public:
    virtual ~GenerationSink() = default;
    virtual void on_prompt(const PromptProgress&) {}
    virtual void on_token(const TokenEvent&) {}
    virtual void on_text(const TextEvent&) {}
    virtual void on_thought_closed(uint32_t /*token_index*/) {}
};

enum class FinishReason : uint8_t { end_of_turn, stopped, max_tokens, context_full, error };
enum class ThoughtStatus : uint8_t { none, finished, unfinished };
enum class ClosedBy : uint8_t { nobody, model, tool, user, budget };

[[nodiscard]] std::string_view finish_reason_name(FinishReason reason) noexcept;  ///< "end_of_turn", ...
[[nodiscard]] std::string_view thought_status_name(ThoughtStatus status) noexcept;
[[nodiscard]] std::string_view closed_by_name(ClosedBy closed_by) noexcept;

struct GenerationResult {
    FinishReason finish = FinishReason::end_of_turn;
    ThoughtStatus thought = ThoughtStatus::none;
    ClosedBy closed_by = ClosedBy::nobody;
    uint32_t prompt_tokens = 0;
    uint32_t reused_tokens = 0;
    uint32_t generated_tokens = 0;  ///< in this call, forced ones included
    double prefill_seconds = 0.0;
    double decode_seconds = 0.0;
    Error error;  ///< when finish == error (out of memory, device lost); what was generated stays valid
    /// The device failed and the CPU went on from there, with the reason; this timeline stays with the CPU. Empty otherwise.
    std::string notice;
};

/// Text of the prompt as the model sees it, and its cost.
struct PromptPreview {
    std::string text;
    uint32_t tokens = 0;
    bool opens_thought = false;  ///< the prompt itself ends inside a thought
};

enum class Boundary : uint8_t { now, utf8, line };

/// One timeline with its KV cache. generate() runs on the caller's thread; stop() and close_thought() may be called from any.
class Session {
  public:
    virtual ~Session() = default;
    /// Errors before the first token (bad template, prompt longer than the context) are the Error; later ones are in the result.
    virtual Result<GenerationResult> generate(const GenerateRequest& request, GenerationSink& sink) = 0;
    /// Ends generate() after the current token; what was generated stays in the cache.
    virtual void stop() noexcept = 0;
    /// Forces the end of the thought at the next boundary (at most 24 tokens later), then the answer follows. No effect outside a thought.
    virtual void close_thought(Boundary boundary) noexcept = 0;
    [[nodiscard]] virtual Result<PromptPreview> preview(const GenerateRequest& request) const = 0;
    [[nodiscard]] virtual uint32_t tokens_in_cache() const noexcept = 0;
    /// Raw next-token logits after `ids` from position 0, [ids.size(), vocabulary_size] row-major: for measuring and tests.
    virtual Result<std::vector<float>> score(std::span<const TokenId> ids) = 0;
};

struct LoadOptions {
    Device device = Device::automatic;
    std::string which_device{};  ///< of several of its kind: DeviceName::which
    /// The last N layers run on the GPU, 0 = none; not set: as many as fit. Ignored on the CPU.
    std::optional<uint32_t> gpu_layers{};
    /// The experts of the first N layers that have any stay on the CPU; not set: as many as must. Ignored on the CPU.
    std::optional<uint32_t> cpu_experts{};
    std::filesystem::path cache_folder{};  ///< where a GPU keeps its compiled shaders and measurements; empty = nowhere
    unsigned threads = 0;                  ///< 0 = all cores
    uint32_t context_length = 0;           ///< 0 = the model's own, at most 32,768
    bool exact = false;                    ///< the scalar oracle: F32 activations, slow
    std::string reasoning_profile{};       ///< a name of reasoning_profiles(); empty = chosen from template and vocabulary
    /// Called with 0..1 while loading; returning false cancels with ErrorCode::cancelled.
    std::function<bool(float)> progress;
};

/// A way of marking thoughts that the program knows.
struct ReasoningProfileName {
    std::string_view name;    ///< "r1"
    std::string_view models;  ///< for people: whose way it is
};
/// "none" first, then every family in the order in which they are tried.
[[nodiscard]] std::vector<ReasoningProfileName> reasoning_profiles();

struct Span {
    Channel channel = Channel::answer;
    std::string text;
    uint32_t token_begin = 0, token_end = 0;
};

/// A loaded model. Sessions keep it alive.
class Engine {
  public:
    virtual ~Engine() = default;
    [[nodiscard]] virtual const ModelInfo& info() const noexcept = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<Session>> new_session() = 0;
    /// control_tokens = true reads "<|im_end|>" in the text as the token, false as letters.
    [[nodiscard]] virtual Result<std::vector<TokenId>> tokenize(std::string_view text, bool control_tokens) const = 0;
    /// Bytes of a token; for control tokens their name.
    [[nodiscard]] virtual std::string token_text(TokenId id) const = 0;
    /// The view of a turn recomputed from its tokens.
    [[nodiscard]] virtual std::vector<Span> spans(std::span<const PastToken> turn, bool prompt_opens_thought) const = 0;
};

/// Opens a GGUF file. The message of an Error names the file, what was expected and what was found.
[[nodiscard]] Result<std::shared_ptr<Engine>> open_engine(const std::filesystem::path& path, const LoadOptions& options = {});

}  // namespace soliloquy
