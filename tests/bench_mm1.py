"""The same M/M/1 (utilisation 0.8, mean service 1 ms) in SimPy, for the benchmark: prints nanoseconds per
customer. Speaks SimPy 2 (Debian 12's python3-simpy) and SimPy 3 or later."""
import random
import sys
import time

CUSTOMERS = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
GAP, SERVICE = 1.25e-3, 1e-3


def with_simpy_2():
    from SimPy.Simulation import Process, Resource, Simulation, hold, release, request

    class Customer(Process):
        def visit(self, server):
            yield request, self, server
            yield hold, self, random.expovariate(1 / SERVICE)
            yield release, self, server

    class Source(Process):
        def arrive(self, server):
            for _ in range(CUSTOMERS):
                customer = Customer(sim=self.sim)
                self.sim.activate(customer, customer.visit(server))
                yield hold, self, random.expovariate(1 / GAP)

    sim = Simulation()
    sim.initialize()
    server = Resource(capacity=1, sim=sim)
    source = Source(sim=sim)
    sim.activate(source, source.arrive(server))
    sim.simulate(until=1e9)


def with_simpy_3():
    import simpy

    def customer(env, server):
        with server.request() as turn:
            yield turn
            yield env.timeout(random.expovariate(1 / SERVICE))

    def source(env, server):
        for _ in range(CUSTOMERS):
            env.process(customer(env, server))
            yield env.timeout(random.expovariate(1 / GAP))

    env = simpy.Environment()
    env.process(source(env, simpy.Resource(env, 1)))
    env.run()


def main():
    random.seed(1)
    try:
        import simpy  # noqa: F401
        run, version = with_simpy_3, "3+"
    except ImportError:
        import SimPy.Simulation  # noqa: F401
        run, version = with_simpy_2, "2"
    start = time.perf_counter()
    run()
    print(f"{(time.perf_counter() - start) / CUSTOMERS * 1e9:.0f} {version}")


main()
