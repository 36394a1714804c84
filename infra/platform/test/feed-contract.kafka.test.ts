import { describeFeedContract } from './feed-contract.ts'
import { openKafkaFeed } from './kafka-feed.ts'

describeFeedContract('Kafka', openKafkaFeed)
