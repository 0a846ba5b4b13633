/// engine/chat/jinja/sandbox.cpp
#include "engine/chat/jinja/sandbox.h"

#include <new>

#include "engine/chat/jinja/value.h"

namespace soliloquy::jinja {

Limits Limits::for_inputs(size_t text_bytes, size_t elements) noexcept {
    Limits limits;
    limits.steps += uint64_t{text_bytes} * 8 + uint64_t{elements} * 2000;
    limits.memory_bytes += text_bytes * 128 + elements * 1024;
    return limits;
}

Sandbox::Sandbox(const Limits& limits) : limits_(limits) {}

Sandbox::~Sandbox() { drop_containers(); }

void Sandbox::fail_steps() const {
    fail("the template needs more than " + std::to_string(limits_.steps) +
         " steps for this conversation; it may be made to hang the program, use another template");
}

void Sandbox::fail_memory() const {
    fail("the template needs more than " + std::to_string(limits_.memory_bytes) +
         " bytes of memory for this conversation; it may be made to exhaust the machine, use another template");
}

void Sandbox::fail_depth() const { fail("more than " + std::to_string(limits_.depth) + " levels of nesting or of macro calls"); }

void Sandbox::enlist(Container& container) noexcept {
    container.next = first_;
    container.previous = nullptr;
    if (first_ != nullptr) first_->previous = &container;
    first_ = &container;
}

void Sandbox::delist(Container& container) noexcept {
    if (container.previous != nullptr) container.previous->next = container.next;
    if (container.next != nullptr) container.next->previous = container.previous;
    if (first_ == &container) first_ = container.next;
}

void Sandbox::bury(std::vector<Value>&& elements) noexcept {
    if (elements.empty()) return;
    try {
        graveyard_.push_back(std::move(elements));
    } catch (const std::bad_alloc&) {
        elements.clear();  // nested destructors after all, rather than no end
        return;
    }
    if (burying_) return;
    burying_ = true;
    while (!graveyard_.empty()) {
        std::vector<Value> dying = std::move(graveyard_.back());
        graveyard_.pop_back();
        dying.clear();
    }
    burying_ = false;
}

void Sandbox::drop_containers() noexcept {
    while (first_ != nullptr) {
        // The container may die while its elements do: it is taken off the list first and told so.
        Container& container = *first_;
        std::vector<Value> elements = container.take_elements();
        delist(container);
        container.next = container.previous = nullptr;
        bury(std::move(elements));
    }
}

}  // namespace soliloquy::jinja
