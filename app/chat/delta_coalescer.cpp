/// app/chat/delta_coalescer.cpp: events become records, records become a delta.
#include "app/chat/delta_coalescer.h"

#include <algorithm>

namespace soliloquy {

void DeltaCoalescer::begin(bool prompt_opens_thought, bool in_thought, uint32_t first_token) {
    Record record;
    record.kind = Kind::begin;
    record.in_thought = prompt_opens_thought;
    records_.push(std::move(record));
    prompt_read_ = false;
    in_thought_ = in_thought;
    next_begin_ = first_token;
    origins_ = 0;
}

void DeltaCoalescer::on_prompt(const PromptProgress& progress) {
    Record record;
    record.kind = Kind::prompt;
    record.prompt = progress;
    records_.push(std::move(record));
    if (progress.tokens_done == progress.tokens_total) note_prompt_read();
}

void DeltaCoalescer::note_prompt_read() {
    if (prompt_read_) return;
    prompt_read_ = true;
    Record record;
    record.kind = Kind::prompt_read;
    record.at_ms = clock_.monotonic_ms();
    records_.push(std::move(record));
}

void DeltaCoalescer::on_token(const TokenEvent& token) {
    note_prompt_read();
    Record record;
    record.kind = Kind::token;
    record.in_thought = in_thought_;
    record.id = token.id;
    record.origin = token.origin;
    record.time_ms = token.time_ms;
    record.logprob = token.logprob;
    record.entropy = token.entropy;
    record.piece.text = token.bytes;
    record.n_alternatives = static_cast<uint8_t>(std::min(token.alternatives.size(), record.alternatives.size()));
    std::copy_n(token.alternatives.begin(), record.n_alternatives, record.alternatives.begin());
    origins_ |= store::origin_bit(static_cast<store::Origin>(token.origin));
    records_.push(std::move(record));
}

void DeltaCoalescer::on_text(const TextEvent& text) {
    in_thought_ = text.channel == Channel::thought;
    Record record;
    record.kind = Kind::text;
    record.piece = {.channel = text.channel,
                    .begins_span = text.begins_span,
                    .text = std::string(text.text),
                    .token_begin = std::min(next_begin_, text.token_index),
                    .token_end = text.token_index + 1,
                    .origins = origins_,
                    .at_ms = clock_.monotonic_ms()};
    next_begin_ = text.token_index + 1;
    origins_ = 0;
    records_.push(std::move(record));
}

void DeltaCoalescer::on_thought_closed(uint32_t token_index) {
    in_thought_ = false;
    Record record;
    record.kind = Kind::thought_closed;
    record.piece = {.closes_thought = true, .channel = Channel::thought, .token_end = token_index + 1, .at_ms = clock_.monotonic_ms()};
    next_begin_ = token_index + 1;
    origins_ = 0;
    records_.push(std::move(record));
}

void DeltaCoalescer::add_token(GenerationDelta& delta, const Record& record) {
    store::TokenColumns& tokens = delta.tokens;
    tokens.id.push_back(record.id);
    tokens.origin.push_back(static_cast<uint8_t>(record.origin));
    tokens.time_ms.push_back(record.time_ms);
    tokens.logprob.push_back(record.logprob);
    tokens.entropy.push_back(record.entropy);
    tokens.byte_count.push_back(static_cast<uint32_t>(record.piece.text.size()));
    tokens.bytes += record.piece.text;
    tokens.alternative_count.push_back(record.n_alternatives);
    for (uint8_t i = 0; i < record.n_alternatives; ++i) {
        tokens.alternative_id.push_back(record.alternatives[i].id);
        tokens.alternative_logprob.push_back(record.alternatives[i].logprob);
    }
    if (record.in_thought) ++delta.thought_tokens;
}

void DeltaCoalescer::add_piece(GenerationDelta& delta, StreamPiece&& piece) {
    if (!piece.closes_thought && !piece.begins_span && !delta.pieces.empty()) {
        StreamPiece& last = delta.pieces.back();
        if (!last.closes_thought && last.channel == piece.channel) {
            last.text += piece.text;
            last.token_end = piece.token_end;
            last.origins |= piece.origins;
            return;
        }
    }
    delta.pieces.push_back(std::move(piece));
}

void DeltaCoalescer::take(GenerationDelta& delta) {
    Record record;
    while (records_.pop(record)) {
        switch (record.kind) {
            case Kind::begin:
                delta.opens_thought = record.in_thought;
                break;
            case Kind::prompt:
                delta.prompt = record.prompt;
                break;
            case Kind::prompt_read:
                delta.prompt_read_ms = record.at_ms;
                break;
            case Kind::token:
                add_token(delta, record);
                break;
            case Kind::text:
            case Kind::thought_closed:
                add_piece(delta, std::move(record.piece));
                break;
        }
    }
}

}  // namespace soliloquy
