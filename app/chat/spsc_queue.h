/// app/chat/spsc_queue.h: a queue between one producing and one consuming thread; neither ever waits for the other.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

namespace soliloquy {

/// A chain of blocks. The producer writes into the last one and publishes by `written`; the consumer follows and frees what it has read.
/// It grows when the consumer is slow, so that nothing is lost and the producer is never held up.
template <typename T, uint32_t block_size = 256>
class SpscQueue {
  public:
    SpscQueue() : head_(new Block), tail_(head_) {}
    ~SpscQueue() {
        while (head_ != nullptr) delete std::exchange(head_, head_->next.load(std::memory_order_relaxed));
    }
    SpscQueue(const SpscQueue&) = delete;
    SpscQueue& operator=(const SpscQueue&) = delete;

    /// Producer only.
    void push(T value) {
        uint32_t at = tail_->written.load(std::memory_order_relaxed);
        if (at == block_size) {
            auto* block = new Block;
            tail_->next.store(block, std::memory_order_release);
            tail_ = block;
            at = 0;
        }
        tail_->items[at] = std::move(value);
        tail_->written.store(at + 1, std::memory_order_release);
    }

    /// Consumer only: false when there is nothing.
    bool pop(T& value) {
        if (read_ == block_size) {
            Block* next = head_->next.load(std::memory_order_acquire);
            if (next == nullptr) return false;
            delete std::exchange(head_, next);
            read_ = 0;
        }
        if (read_ == head_->written.load(std::memory_order_acquire)) return false;
        value = std::move(head_->items[read_++]);
        return true;
    }

  private:
    struct Block {
        std::array<T, block_size> items{};
        std::atomic<uint32_t> written{0};
        std::atomic<Block*> next{nullptr};
    };
    Block* head_;  // consumer's
    uint32_t read_ = 0;
    alignas(64) Block* tail_;  // producer's
};

}  // namespace soliloquy
