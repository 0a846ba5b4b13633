/// app/export/json_export.cpp: conversations as JSON, schema "soliloquy.conversations/1".
///
///   { "schema": "soliloquy.conversations/1", "thoughts": true, "conversations": [ {
///       "title", "title_by_user", "pinned", "created", "updated" (ms since 1970 UTC), "model", "settings" (object),
///       "messages": [ {                          parents before children
///           "id", "parent" (0 = first), "active" (on the branch that is shown), "role": system|user|assistant|tool,
///           "status": finished|streaming|stopped|interrupted|unfinished|error|cut, "created", "model", "model_hash",
///           "thought_closed_by": nobody|model|tool|user|budget, "prompt_opens_thought",
///           "counters": { prompt_tokens, tokens, thought_tokens, thought_ms, answer_ms, tokens_per_second },
///           "parts": [ { "kind": reasoning|text|error|tool_call|attachment, "text", "token_begin", "token_end",
///                        "origins": names of all that wrote into it: sampled|edited|injected|forced_close|budget|prompt } ],
///           "tokens": {                          only when asked for; columns with one number per token
///               "id", "origin" (numbers of soliloquy.trace/1), "t_ms", "logprob" (null = minus infinity), "entropy"
///               (nats), "byte_count",
///               "bytes" (base64), "alt_count", "alt_id", "alt_logprob" (flattened) } } ] } ] }
///
/// Texts are UTF-8; a byte that is not becomes U+FFFD. Control letters, "<" and the line separators U+2028 and U+2029 are escaped, so
/// that a document stays inert inside other formats.
#include <nlohmann/json.hpp>

#include "app/export/base64.h"
#include "app/export/conversation_export.h"

namespace soliloquy {
namespace {

using Json = nlohmann::ordered_json;

Json origins_json(uint32_t origins) {
    Json names = Json::array();
    for (uint32_t i = 0; i <= static_cast<uint32_t>(store::Origin::prompt); ++i) {
        const auto origin = static_cast<store::Origin>(i);
        if ((origins & store::origin_bit(origin)) != 0) names.push_back(store::origin_name(origin));
    }
    return names;
}

Json tokens_json(const store::TokenColumns& tokens) {
    return {{"id", tokens.id},
            {"origin", tokens.origin},
            {"t_ms", tokens.time_ms},
            {"logprob", tokens.logprob},
            {"entropy", tokens.entropy},
            {"byte_count", tokens.byte_count},
            {"bytes", to_base64(tokens.bytes)},
            {"alt_count", tokens.alternative_count},
            {"alt_id", tokens.alternative_id},
            {"alt_logprob", tokens.alternative_logprob}};
}

Json message_json(const ExportedMessage& one, const ExportOptions& options) {
    const store::Message& message = one.message;
    const store::Counters& counters = message.counters;
    Json parts = Json::array();
    for (const store::Part& part : message.parts) {
        if (part.kind == store::PartKind::reasoning && !options.thoughts) continue;
        parts.push_back({{"kind", store::part_kind_name(part.kind)},
                         {"text", part.text},
                         {"token_begin", part.token_begin},
                         {"token_end", part.token_end},
                         {"origins", origins_json(part.origins)}});
    }
    Json json = {{"id", message.id},
                 {"parent", message.parent},
                 {"active", one.active},
                 {"role", store::role_name(message.role)},
                 {"status", store::status_name(message.status)},
                 {"created", message.created},
                 {"model", message.model_name},
                 {"model_hash", message.model_hash},
                 {"thought_closed_by", store::closed_by_name(message.thought_closed_by)},
                 {"prompt_opens_thought", message.prompt_opens_thought},
                 {"counters",
                  {{"prompt_tokens", counters.prompt_tokens},
                   {"tokens", counters.tokens},
                   {"thought_tokens", counters.thought_tokens},
                   {"thought_ms", counters.thought_ms},
                   {"answer_ms", counters.answer_ms},
                   {"tokens_per_second", counters.tokens_per_second}}},
                 {"parts", std::move(parts)}};
    if (options.tokens && options.thoughts && !one.tokens.empty()) json["tokens"] = tokens_json(one.tokens);
    return json;
}

/// Inside JSON, "<" and the two separators occur in strings only, so they can be escaped in the finished text.
std::string inert(const std::string& json) {
    std::string out;
    out.reserve(json.size() + json.size() / 64);
    for (size_t i = 0; i < json.size(); ++i) {
        const std::string_view three = std::string_view(json).substr(i, 3);
        if (json[i] == '<') {
            out += "\\u003c";
        } else if (three == "\u2028" || three == "\u2029") {
            out += three == "\u2028" ? "\\u2028" : "\\u2029";
            i += 2;
        } else {
            out += json[i];
        }
    }
    return out;
}

}  // namespace

bool ExportedMessage::operator==(const ExportedMessage& other) const {
    const store::Message &a = message, &b = other.message;
    return a.role == b.role && a.status == b.status && a.thought_closed_by == b.thought_closed_by && a.created == b.created &&
           a.parts == b.parts && a.counters == b.counters && a.model_name == b.model_name && a.model_hash == b.model_hash &&
           a.prompt_opens_thought == b.prompt_opens_thought && tokens == other.tokens && active == other.active;
}

std::string to_json(const std::vector<ExportedConversation>& conversations, const ExportOptions& options) {
    Json list = Json::array();
    for (const ExportedConversation& exported : conversations) {
        const store::Conversation& about = exported.conversation;
        Json messages = Json::array();
        for (const ExportedMessage& one : exported.messages) messages.push_back(message_json(one, options));
        Json settings = Json::parse(about.settings, nullptr, false);
        list.push_back({{"title", about.title},
                        {"title_by_user", about.title_by_user},
                        {"pinned", about.pinned},
                        {"created", about.created},
                        {"updated", about.updated},
                        {"model", about.model},
                        {"settings", settings.is_object() ? std::move(settings) : Json::object()},
                        {"messages", std::move(messages)}});
    }
    const Json document = {{"schema", "soliloquy.conversations/1"}, {"thoughts", options.thoughts}, {"conversations", std::move(list)}};
    return inert(document.dump(1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace soliloquy
