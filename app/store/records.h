/// app/store/records.h: what the store keeps, as plain values: conversations, messages, parts, tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace soliloquy::store {

using ConversationId = int64_t;  ///< 0 = none
using MessageId = int64_t;       ///< 0 = none
using UnixMs = int64_t;          ///< milliseconds since 1970-01-01 UTC

/// The numbers of all enumerations here are stored in the file: never renumber.
enum class Role : uint8_t { system = 0, user = 1, assistant = 2, tool = 3 };

enum class PartKind : uint8_t { reasoning = 0, text = 1, error = 2, tool_call = 3, attachment = 4 };

enum class MessageStatus : uint8_t {
    finished = 0,
    streaming = 1,    ///< being written now; becomes interrupted when the store is opened after a crash
    stopped = 2,      ///< by the user
    interrupted = 3,  ///< the program ended while it was written
    unfinished = 4,   ///< the model ended, or ran out of room, inside its thought
    error = 5,        ///< has an error part
    cut = 6,          ///< the token limit or the context ended the answer
};
[[nodiscard]] std::string_view role_name(Role role) noexcept;               ///< "user", ...
[[nodiscard]] std::string_view part_kind_name(PartKind kind) noexcept;      ///< "reasoning", ...
[[nodiscard]] std::string_view status_name(MessageStatus status) noexcept;  ///< "finished", ...
[[nodiscard]] std::optional<Role> role_from_name(std::string_view name) noexcept;
[[nodiscard]] std::optional<PartKind> part_kind_from_name(std::string_view name) noexcept;
[[nodiscard]] std::optional<MessageStatus> status_from_name(std::string_view name) noexcept;

/// Who ended the (last) thought. Numbers as in the engine.
enum class ClosedBy : uint8_t { nobody = 0, model = 1, tool = 2, user = 3, budget = 4 };
[[nodiscard]] std::string_view closed_by_name(ClosedBy closed_by) noexcept;
[[nodiscard]] std::optional<ClosedBy> closed_by_from_name(std::string_view name) noexcept;

/// Where a token comes from; numbers of the trace format.
enum class Origin : uint8_t { sampled = 0, edited = 1, injected = 2, forced_close = 3, budget = 4, prompt = 5 };
[[nodiscard]] std::string_view origin_name(Origin origin) noexcept;
[[nodiscard]] constexpr uint32_t origin_bit(Origin origin) noexcept { return 1u << static_cast<uint32_t>(origin); }

/// The tokens of one assistant message, one entry per token in every column; alternatives are flattened.
struct TokenColumns {
    std::vector<uint32_t> id{};
    std::vector<uint8_t> origin{};             ///< Origin
    std::vector<uint32_t> time_ms{};           ///< since the turn began (grows over a resumed turn too)
    std::vector<float> logprob{};              ///< natural log, raw model
    std::vector<float> entropy{};              ///< nats
    std::vector<uint32_t> byte_count{};        ///< length of the token's bytes; 0 for control tokens
    std::string bytes{};                       ///< all tokens' bytes, concatenated
    std::vector<uint8_t> alternative_count{};  ///< at most 8
    std::vector<uint32_t> alternative_id{};    ///< [sum(alternative_count)]
    std::vector<float> alternative_logprob{};  ///< [sum(alternative_count)]

    [[nodiscard]] size_t size() const noexcept { return id.size(); }
    [[nodiscard]] bool empty() const noexcept { return id.empty(); }
    void append(const TokenColumns& more);
    void clear();
    bool operator==(const TokenColumns&) const = default;
};

struct Part {
    PartKind kind = PartKind::text;
    std::string text{};
    uint32_t token_begin = 0, token_end = 0;  ///< into the message's tokens; both 0 where there are none
    uint32_t origins = 0;                     ///< origin_bit() of every origin that wrote into it: edits are marked for ever
    bool operator==(const Part&) const = default;
};

struct Counters {
    uint32_t prompt_tokens = 0;
    uint32_t tokens = 0;  ///< of the whole turn
    uint32_t thought_tokens = 0;
    uint64_t thought_ms = 0;
    uint64_t answer_ms = 0;
    double tokens_per_second = 0.0;  ///< of the last generation
    bool operator==(const Counters&) const = default;
};

struct Message {
    MessageId id = 0;
    ConversationId conversation = 0;
    MessageId parent = 0;  ///< 0 = first of its conversation
    Role role = Role::user;
    MessageStatus status = MessageStatus::finished;
    ClosedBy thought_closed_by = ClosedBy::nobody;
    UnixMs created = 0;
    std::vector<Part> parts{};
    Counters counters{};
    std::string model_name{}, model_hash{};
    bool prompt_opens_thought = false;
    uint32_t sibling_index = 0, sibling_count = 1;  ///< among the children of its parent, oldest first

    /// All text of one kind, parts joined by a blank line.
    [[nodiscard]] std::string text_of(PartKind kind) const;
};

struct Conversation {
    ConversationId id = 0;
    std::string title{};
    bool title_by_user = false;
    bool pinned = false;
    UnixMs created = 0, updated = 0;
    std::string model{};          ///< path or name, as the application likes
    std::string settings = "{}";  ///< JSON of the chat room: thinking, system prompt, sampling
};

enum class SearchScope : uint8_t { everything, answers, thoughts, questions };

struct SearchHit {
    ConversationId conversation = 0;
    MessageId message = 0;
    std::string title{};  ///< of the conversation
    PartKind kind = PartKind::text;
    Role role = Role::user;
    std::string snippet{};                               ///< plain text
    std::vector<std::pair<uint32_t, uint32_t>> marks{};  ///< [begin, end) byte ranges of the hits in the snippet
};

}  // namespace soliloquy::store
